// Hello: the small program that the probe runs inside a sandbox, to find out whether it is one.
#pragma once

namespace leanlab::helper {

/// Tries what must fail, then prints "contained", or what it could do. `secret` is a file that must not be readable.
int say_hello(const char* secret);

}  // namespace leanlab::helper
