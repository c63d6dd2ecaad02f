#include "services/keys/keys_module.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status_macros.h"
#include "services/access/access_control.h"
#include "services/keys/key_book.h"
#include "services/keys/key_file.h"
#include "services/keys/key_follower.h"
#include "services/keys/key_service.h"
#include "services/keys/keys_backup.h"
#include "services/runtime/backup_source.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/log.h"

namespace citylayers::keys {
namespace {

using runtime::Option;
using runtime::OptionType;

std::vector<Option> Options() {
  return {{"keys.count_max", OptionType::kInt, "10000",
           "Maximum number of API keys, with those that are revoked or expired.", 1, 1'000'000}};
}

class Keys final : public runtime::Module {
 public:
  Keys(const runtime::ModuleContext& context, std::unique_ptr<WallClock> clock,
       std::unique_ptr<KeyBook> book, std::string path)
      : clock_(std::move(clock)),
        book_(std::move(book)),
        service_(context.calls, *book_, *clock_),
        backup_(std::move(path)),
        backed_up_(context.backups, backup_),
        listener_(book_->AddListener(
            [&control = context.access](const std::shared_ptr<const access::KeyRing>& ring) {
              control.SetRing(ring);
            })) {
    context.access.SetRing(book_->ring());
  }
  ~Keys() override { book_->RemoveListener(listener_); }

  std::vector<grpc::Service*> GrpcServices() override { return {&service_}; }

 private:
  const std::unique_ptr<WallClock> clock_;
  const std::unique_ptr<KeyBook> book_;
  KeyServiceImpl service_;
  KeysBackup backup_;
  const runtime::BackupSources::Registration backed_up_;
  const std::uint64_t listener_;
};

absl::StatusOr<std::unique_ptr<runtime::Module>> Make(const runtime::ModuleContext& context) {
  ASSIGN_OR_RETURN(const std::filesystem::path directory,
                   runtime::OpenDataDirectory(context.config, kKeysDirectory));
  const KeyBookOptions options{
      .count_max = static_cast<std::size_t>(context.config.GetInt("keys.count_max")),
      .ring_bytes_max =
          static_cast<std::size_t>(context.config.GetInt("grpc.message_bytes_max")) / 2};
  const std::string path = (directory / kKeysFile).string();
  auto clock = std::make_unique<WallClock>();
  ASSIGN_OR_RETURN(std::unique_ptr<KeyBook> book, KeyBook::Open(path, options, *clock));
  const bool is_open = context.access.anonymous()->scopes.AllowsAll(access::Permission::kAdmin);
  if (book->List().empty() && !is_open) {
    runtime::LogWarning(
        "no API keys exist: stop the server and make the first one with citylayers keys init "
        "--data DIR");
  }
  return std::make_unique<Keys>(context, std::move(clock), std::move(book), path);
}

}  // namespace

runtime::ModuleSpec KeysModule() {
  return {.name = "keys",
          .needs = {},
          .services = {v1::KeyService::service_full_name()},
          .options = Options(),
          .make = Make,
          .follow = [](const runtime::ModuleContext& context) {
            return std::make_unique<KeyFollower>(context);
          }};
}

}  // namespace citylayers::keys
