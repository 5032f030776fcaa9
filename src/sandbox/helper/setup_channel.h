// Set-up channel: how a process that is being contained tells the guardian which step failed, and hands it a descriptor.
#pragma once

#include <string>
#include <string_view>

namespace leanlab::helper {

/// What failed, as it crosses the channel. `step` is a kernel concept ("landlock", "exec"), `what` a path or empty.
struct SetupError {
  std::string step, what;
  int number = 0;  ///< errno
};

/// Our end of the channel, a close-on-exec socket: its end of file tells that the command has been exec'd.
void use_setup_channel(int fd);
int setup_channel();

/// While the guardian itself takes steps (it opens a view as root), its failures go to the supervisor straight away, on
/// this socket; -1 in the contained processes.
void fail_to_supervisor(int control);

/// Reports errno and ends this process.
[[noreturn]] void setup_failed(const char* step, const std::string& what = "");

/// Sends `text` (one byte at least) with a descriptor (SCM_RIGHTS) on a socket. False with errno when that fails.
bool send_descriptor(int socket, std::string_view text, int fd);

/// Hands a descriptor to the guardian. For the listener of denied calls.
void hand_to_guardian(int fd);

/// The guardian's side: appends what came to `text`, stores a descriptor that came in `fd`. False at the end of file.
bool read_setup_channel(int channel, std::string& text, int& fd);

/// Reads what was reported. False if nothing was.
bool parse_setup_error(const std::string& text, SetupError& error);

}  // namespace leanlab::helper
