#include "agent/tunables/first_line.h"

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

std::string put(std::string_view source, std::string_view file, std::string_view marker,
                std::string sentence = "a 1 → 2") {
  return with_first_line(source, file, marker, "tuner: ", std::move(sentence));
}

TEST(FirstLine, IsACommentInTheLanguageOfTheFile) {
  EXPECT_EQ(put("int x;\n", "a.cc", "//"), "// tuner: a 1 → 2\nint x;\n");
  EXPECT_EQ(put("#pragma once\n", "a.h", "//"), "// tuner: a 1 → 2\n#pragma once\n");
  EXPECT_EQ(put("x", "a.css", "/*"), "/* tuner: a 1 → 2 */\nx");
  EXPECT_EQ(put("<a/>", "a.xml", "<!--", "a --fast"), "<!-- tuner: a  fast -->\n<a/>");
  EXPECT_EQ(put("", "a.sh", "#"), "# tuner: a 1 → 2\n");
}

TEST(FirstLine, ReplacesItsOwnPredecessor) {
  const std::string once = put("int x;\n", "a.cc", "//");
  EXPECT_EQ(put(once, "a.cc", "//", "b 2 → 3"), "// tuner: b 2 → 3\nint x;\n");
  const std::string python = put("x = 1\n", "a.py", "#");
  EXPECT_EQ(put(python, "a.py", "#", "b"), "\"\"\"tuner: b\"\"\"\nx = 1\n");
}

TEST(FirstLine, WhatMustBeFirstStaysFirst) {
  EXPECT_EQ(put("#!/bin/sh\nX=1\n", "a.sh", "#"), "#!/bin/sh\n# tuner: a 1 → 2\nX=1\n");
  EXPECT_EQ(put("#!/usr/bin/python3\n# -*- coding: latin-1 -*-\nx = 1\n", "a.py", "#"),
            "#!/usr/bin/python3\n# -*- coding: latin-1 -*-\n\"\"\"tuner: a 1 → 2\"\"\"\nx = 1\n");
  EXPECT_EQ(put("\xef\xbb\xbfint x;\n", "a.cc", "//"), "\xef\xbb\xbf// tuner: a 1 → 2\nint x;\n");
  EXPECT_EQ(put("<?xml version='1.0'?>\n<a/>\n", "a.xml", "<!--"),
            "<?xml version='1.0'?>\n<!-- tuner: a 1 → 2 -->\n<a/>\n");
  EXPECT_EQ(put("#!/bin/sh", "a.sh", "#"), "#!/bin/sh\n# tuner: a 1 → 2\n");
  EXPECT_EQ(put("#!x", "a.sh", "#"), "#!x\n# tuner: a 1 → 2\n");  // no longer than a byte order mark
  EXPECT_EQ(put("\xef\xbb\xbf", "a.sh", "#"), "\xef\xbb\xbf# tuner: a 1 → 2\n");
}

TEST(FirstLine, JoinsAPythonDocstring) {
  EXPECT_EQ(put("\"\"\"Old.\n\nMore.\"\"\"\nfrom __future__ import annotations\n", "a.py", "#"),
            "\"\"\"tuner: a 1 → 2\nOld.\n\nMore.\"\"\"\nfrom __future__ import annotations\n");
  EXPECT_EQ(put("\"\"\"tuner: old\nOld.\"\"\"\n", "a.py", "#"), "\"\"\"tuner: a 1 → 2\nOld.\"\"\"\n");
  EXPECT_EQ(put("from __future__ import annotations\n", "a.py", "#"),
            "\"\"\"tuner: a 1 → 2\"\"\"\nfrom __future__ import annotations\n");
  EXPECT_EQ(put("# licence\n\n'One line.'\nx = 1\n", "a.py", "#"),
            "# licence\n\n\"\"\"tuner: a 1 → 2\nOne line.\"\"\"\nx = 1\n");
  EXPECT_EQ(put("'a'.join(x)\n", "a.py", "#"), "\"\"\"tuner: a 1 → 2\"\"\"\n'a'.join(x)\n");
  EXPECT_EQ(put("r'''Raw.'''\n", "a.py", "#"), "r'''tuner: a 1 → 2\nRaw.'''\n");
}

TEST(FirstLine, KeepsTheLineEnds) {
  EXPECT_EQ(put("int x;\r\n", "a.cc", "//"), "// tuner: a 1 → 2\r\nint x;\r\n");
  EXPECT_EQ(put("// tuner: old\r\nint x;\r\n", "a.cc", "//"), "// tuner: a 1 → 2\r\nint x;\r\n");
}

TEST(FirstLine, NothingInTheSentenceEndsTheComment) {
  EXPECT_EQ(put("x", "a.c", "/*", "a */ b"), "/* tuner: a   b */\nx");
  EXPECT_EQ(put("x", "a.c", "//", "a \\"), "// tuner: a  \nx");
  EXPECT_EQ(put("x", "a.py", "#", "say \""), "\"\"\"tuner: say \" \"\"\"\nx");
}

}  // namespace
}  // namespace leanlab::agent
