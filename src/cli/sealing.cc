// The lock, then its record: a crash between them is made good by the next lock.
#include "cli/sealing.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "lab/book.h"
#include "metric/lab_lock.h"

namespace leanlab::cli {

Result<lab::Seal> seal_lab(Context& context, const OpenLab& open) {
  TRY(lab::prepare_state(open.project));
  TRY_ASSIGN(const FileLock held, metric::lock_lab(open.place, "lock", *context.clock));
  lab::BookReport found;
  TRY_ASSIGN(const auto book,
             lab::Book::open(open.place, open.config, lab::Book::Mode::write, *context.clock, &found));
  for (const std::string& notice : found.notices) context.say("note: " + printable(notice));
  TRY_ASSIGN(const auto before, lab::current_lock(open.place));
  // A lock that was cut off before it was recorded is finished now.
  if (!book->seal().id.empty()) TRY(lab::agree_with_ledger(open.place, book->seal(), before));
  TRY_ASSIGN(lab::Seal seal, lab::lock_lab(open.place, open.config));
  if (book->seal().id != seal.id)
    TRY(book->record_event("seal_closed", Json{{"seal", seal.id},
                                               {"manifest", seal.manifest},
                                               {"files", seal.files.size()},
                                               {"driver", driver()}}));
  return seal;
}

}  // namespace leanlab::cli
