// experiment: the file under judgement: read it, take its compiler flags, compile it.
#pragma once

#include <string>
#include <vector>

struct Experiment {
  std::string path;
  std::vector<std::string> flags;  ///< from its `flags:` line, all of them on the allow-list
};

/// Reads the file and its flags. Throws Failure: no such file, not a regular file, too large, a flag not allowed.
Experiment read_experiment(const std::string& path);

/// Compiles and links it with `runner_object` into `program`; returns the seconds. Throws Failure with the compiler's
/// first lines. `contract_dir` is where contract.h is; `work_dir` takes the compiler's messages and temporary files.
double compile(const Experiment& experiment, const std::string& contract_dir,
               const std::string& runner_object, const std::string& work_dir, const std::string& program);

/// Only the front end: does it parse, and define `matmul` as the contract says? Throws Failure.
void check_syntax(const Experiment& experiment, const std::string& contract_dir, const std::string& work_dir);
