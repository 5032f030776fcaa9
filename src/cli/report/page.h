// The page that report.cc fills: style and skeleton, and the script that draws. Plain text, no build step.
#pragma once

namespace leanlab::cli {

extern const char* const k_page_head;    ///< up to the data; @TITLE@ stands for the lab's name
extern const char* const k_page_script;  ///< behind the data: draws from `about` and `rows`

}  // namespace leanlab::cli
