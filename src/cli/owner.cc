// Asking the user's configuration whether an agent may act as the owner.
#include "cli/owner.h"

#include "cli/labs.h"
#include "lab/user_config.h"

namespace leanlab::cli {

Result<std::string> owner_act(const std::string& act) {
  TRY_ASSIGN(const lab::UserConfig user, lab::load_user_config());
  const std::string who = driver();
  if (!user.owner_is_person || who == "person") return who;
  return fail(
      Error(ErrorCode::person_needed,
            fmt::format("{} is an act of the owner, which your configuration leaves to a person; this was {}",
                        act, who == "agent" ? "an agent" : "started without a terminal"))
          .then("do it from a terminal, or change owner.require in " +
                (lab::user_config_folder() / "config.json").string()));
}

}  // namespace leanlab::cli
