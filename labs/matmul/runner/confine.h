// confine: what the runner may ask of the kernel: memory, threads, stopping itself, and nothing else.
#pragma once

inline constexpr int k_program_fd = 4;  ///< close-on-exec; the only thing that the confined child may exec

/// For the forked child, just before exec. Returns false (errno set) when the kernel refuses: then do not run it.
/// Any other system call answers EPERM: no file is opened, no process started, no timer, no signal but its own stop.
bool confine();
