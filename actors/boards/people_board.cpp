#include "actors/boards/people_board.hpp"

#include <utility>

#include "actors/representation/resources.hpp"

namespace confab::actors {

namespace {

std::shared_ptr<const Person> make_person(const storage::User& user) {
  return std::make_shared<const Person>(
      Person{user.id, user.uuid, user.username, person_json(user)});
}

}  // namespace

PersonRef PeopleBoard::put(const storage::User& user) {
  std::lock_guard lock(mutex_);
  std::weak_ptr<PersonSlot>& slot = slots_[user.id];
  if (auto known = slot.lock()) return known;
  auto fresh = std::make_shared<PersonSlot>();
  fresh->set(make_person(user));
  slot = fresh;
  if (slots_.size() > forget_at_) forget_unused();
  return fresh;
}

PersonRef PeopleBoard::find(storage::UserId id) const {
  std::lock_guard lock(mutex_);
  auto found = slots_.find(id);
  return found == slots_.end() ? nullptr : found->second.lock();
}

void PeopleBoard::rename(const storage::User& user) {
  std::lock_guard lock(mutex_);
  auto found = slots_.find(user.id);
  if (found != slots_.end()) {
    if (auto slot = found->second.lock()) slot->set(make_person(user));
  }
  // Also if nobody holds the slot: lists that were made with the old name may be kept somewhere.
  version_.fetch_add(1, std::memory_order_acq_rel);
}

void PeopleBoard::forget_unused() {
  std::erase_if(slots_, [](const auto& entry) { return entry.second.expired(); });
  forget_at_ = slots_.size() * 2 + 1024;
}

}  // namespace confab::actors
