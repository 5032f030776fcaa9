// Namespaces: those of a tier A world that cost much to make and may outlive it: its users and its network. Both are empty before and
// after a world, whose command can change neither; so a server hands them from one world to the next, one at a time.
#pragma once

namespace leanlab::helper {

struct Namespaces {
  int users = -1;      ///< maps one user only: the one that the command shows itself as
  int network = -1;    ///< without anything but a loopback that is down; -1: the machine's
  int owner_map = -1;  ///< root: the users in which root's files are nobody's, for mounts; never entered
};

enum class Network { machines, own };

/// Makes them, each named by a close-on-exec descriptor. False with errno when the kernel refuses.
bool make_namespaces(Network network, Namespaces& made);

/// Root only, once: what make_namespaces() would make anew each time, and what never changes.
bool make_owner_map(Namespaces& made);

void close_namespaces(const Namespaces& namespaces);

}  // namespace leanlab::helper
