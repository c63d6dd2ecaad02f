#include "services/gateway/layer_directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include <google/protobuf/util/message_differencer.h>
#include <grpcpp/client_context.h>

#include "base/strings.h"
#include "services/gateway/rpc_router.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {
namespace {

constexpr std::string_view kNamePrefix = "layers/";

std::shared_ptr<const KnownLayer> MakeKnown(const layers::v1::Layer& layer, std::string id,
                                            std::uint32_t number, const Backend* backend,
                                            bool reachable) {
  auto known = std::make_shared<KnownLayer>();
  known->layer = layer;
  known->id = std::move(id);
  known->number = number;
  known->backend = backend;
  known->reachable = reachable;
  if (!reachable) known->layer.set_stale(true);
  known->version = {layer.version().epoch(), layer.version().counter()};
  known->version_header = StrCat("X-Citylayers-Version: ", layer.pack_id(), ":",
                                 layer.version().epoch(), ":", layer.version().counter(), "\r\n");
  return known;
}

}  // namespace

bool KnownLayer::has_format(std::string_view format) const {
  return std::any_of(layer.formats().begin(), layer.formats().end(),
                     [&](const std::string& f) { return f == format; });
}

LayerSet::LayerSet(std::vector<std::shared_ptr<const KnownLayer>> layers)
    : layers_(std::move(layers)) {
  std::sort(layers_.begin(), layers_.end(),
            [](const auto& a, const auto& b) { return a->id < b->id; });
}

const KnownLayer* LayerSet::Find(std::string_view id) const {
  for (const auto& layer : layers_) {
    if (layer->id == id) return layer.get();
  }
  return nullptr;
}

std::shared_ptr<const KnownLayer> LayerSet::Share(std::string_view id) const {
  for (const auto& layer : layers_) {
    if (layer->id == id) return layer;
  }
  return nullptr;
}

std::string LayerSet::Names() const {
  return absl::StrJoin(layers_, ", ",
                       [](std::string* out, const auto& layer) { out->append(layer->id); });
}

struct LayerDirectory::Call {
  grpc::ClientContext context;
  layers::v1::ListLayersRequest request;
  layers::v1::ListLayersResponse response;
};

LayerDirectory::LayerDirectory(Options options, const Backends& backends, runtime::Timer& timer)
    : options_(options), timer_(timer) {
  for (const Backend& backend : backends.all()) {
    Source source;
    source.backend = &backend;
    source.stub = layers::v1::LayerService::NewStub(backend.channel);
    sources_.push_back(std::move(source));
  }
  layers_.store(std::make_shared<const LayerSet>(std::vector<std::shared_ptr<const KnownLayer>>()));
  absl::MutexLock lock(&self_->mutex);
  self_->directory = this;
}

LayerDirectory::~LayerDirectory() { Stop(); }

void LayerDirectory::Start() {
  std::size_t count;
  {
    absl::MutexLock lock(&mutex_);
    count = sources_.size();
  }
  for (std::size_t i = 0; i < count; ++i) Ask(i);
}

void LayerDirectory::Stop() {
  {
    absl::MutexLock lock(&self_->mutex);
    self_->directory = nullptr;
  }
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  const auto idle = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return calls_ == 0; };
  mutex_.Await(absl::Condition(&idle));
}

void LayerDirectory::Ask(std::size_t index) {
  auto call = std::make_shared<Call>();
  call->context.set_deadline(absl::ToChronoTime(absl::Now() + options_.call_timeout));
  call->context.AddMetadata(kPassedOnKey, "1");
  layers::v1::LayerService::Stub* stub;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    ++calls_;
    stub = sources_[index].stub.get();
  }
  stub->async()->ListLayers(
      &call->context, &call->request, &call->response,
      [this, index, call](const grpc::Status& status) { OnAnswer(index, *call, status); });
}

void LayerDirectory::OnAnswer(std::size_t index, const Call& call, const grpc::Status& status) {
  bool failed;
  {
    absl::MutexLock lock(&mutex_);
    Source& source = sources_[index];
    source.asked = true;
    if (status.ok()) {
      source.layers.assign(call.response.layers().begin(), call.response.layers().end());
      source.status = absl::OkStatus();
    } else if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
      // A server without layers is not an error.
      source.layers.clear();
      source.status = absl::OkStatus();
    } else {
      source.status = runtime::FromGrpcStatus(status);
    }
    failed = !source.status.ok();
    source.answered |= !failed;
    Publish();
    // After Publish: a thread that reads knows_all_ as true also reads these layers.
    if (std::all_of(sources_.begin(), sources_.end(), [](const auto& s) { return s.answered; })) {
      knows_all_.store(true, std::memory_order_release);
    }
  }
  // The next call is scheduled before this one counts as over, so that Stop sees one of them.
  timer_.After(failed ? options_.retry_period : options_.poll_period, [self = self_, index] {
    absl::MutexLock lock(&self->mutex);
    if (self->directory != nullptr) self->directory->Ask(index);
  });
  absl::MutexLock lock(&mutex_);
  --calls_;
}

std::uint32_t LayerDirectory::NumberOf(const std::string& id) {
  return numbers_.try_emplace(id, static_cast<std::uint32_t>(numbers_.size())).first->second;
}

// Two backends may list the same layer (a standby): the first that answers is used.
void LayerDirectory::Publish() {
  const std::shared_ptr<const LayerSet> before = layers_.load();
  std::vector<std::shared_ptr<const KnownLayer>> layers;
  const auto taken = [&](std::string_view id) {
    return std::any_of(layers.begin(), layers.end(), [&](const auto& l) { return l->id == id; });
  };
  bool changed = false;
  for (const bool reachable : {true, false}) {
    for (const Source& source : sources_) {
      if (source.status.ok() != reachable) continue;
      for (const layers::v1::Layer& layer : source.layers) {
        if (!ToStd(layer.name()).starts_with(kNamePrefix)) continue;
        std::string id = layer.name().substr(kNamePrefix.size());
        if (taken(id)) continue;
        auto old = before->Share(id);
        if (old && old->backend == source.backend && old->reachable && reachable &&
            google::protobuf::util::MessageDifferencer::Equals(old->layer, layer)) {
          layers.push_back(std::move(old));
          continue;
        }
        changed = true;
        layers.push_back(MakeKnown(layer, id, NumberOf(id), source.backend, reachable));
      }
    }
  }
  if (changed || layers.size() != before->all().size()) {
    layers_.store(std::make_shared<const LayerSet>(std::move(layers)), std::memory_order_release);
  }
}

absl::Status LayerDirectory::Ready() const {
  absl::MutexLock lock(&mutex_);
  for (const Source& source : sources_) {
    if (source.status.ok()) continue;
    return absl::UnavailableError(StrCat("backend ", absl::StrJoin(source.backend->modules, ","),
                                         " does not answer: ", source.status.message()));
  }
  return absl::OkStatus();
}

void LayerDirectory::WaitForFirstRound() {
  absl::MutexLock lock(&mutex_);
  const auto asked = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return std::all_of(sources_.begin(), sources_.end(), [](const Source& s) { return s.asked; });
  };
  mutex_.Await(absl::Condition(&asked));
}

}  // namespace citylayers::gateway
