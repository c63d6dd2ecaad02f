#include "services/gateway/event_stream.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <zlib.h>

#include "base/strings.h"
#include "services/gateway/cors.h"

namespace citylayers::gateway {
namespace {

using runtime::StreamWriter;

// 4 KiB of window and 8 KiB of hash entries: events repeat within a few hundred bytes, so that a
// larger window saves little, and there may be thousands of streams.
constexpr int kWindowBits = 12 + 16;  // + 16 selects the gzip wrapper
constexpr int kMemoryLevel = 5;
constexpr int kLevel = 6;

// Compresses all text written to it into a stream.
class GzipWriter final : public StreamWriter {
 public:
  explicit GzipWriter(std::shared_ptr<StreamWriter> stream) : stream_(std::move(stream)) {}

  using StreamWriter::Write;
  bool Write(std::shared_ptr<const std::string> bytes) override {
    absl::MutexLock lock(&mutex_);
    // Compressed bytes cannot be withdrawn: after a refused write the rest of the stream is
    // unreadable.
    if (broken_ || stream_->closed()) return false;
    broken_ = !stream_->Write(gzip_.Add(*bytes));
    return !broken_;
  }
  void Close() override {
    absl::MutexLock lock(&mutex_);
    if (!broken_ && !stream_->closed()) stream_->Write(gzip_.Finish());
    broken_ = true;
    stream_->Close();
  }
  std::size_t pending_bytes() const override { return stream_->pending_bytes(); }
  bool closed() const override { return stream_->closed(); }
  void NotifyWritable(std::size_t pending_bytes_max, std::function<void()> callback) override {
    stream_->NotifyWritable(pending_bytes_max, std::move(callback));
  }
  void NotifyClosed(std::function<void()> callback) override {
    stream_->NotifyClosed(std::move(callback));
  }

 private:
  const std::shared_ptr<StreamWriter> stream_;
  absl::Mutex mutex_;  // held while writing, so that pieces are sent in the order of compression
  GzipStream gzip_ ABSL_GUARDED_BY(mutex_);
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

struct GzipStream::State {
  z_stream zlib{};
  bool good = false;
};

GzipStream::GzipStream() : state_(std::make_unique<State>()) {
  state_->good = deflateInit2(&state_->zlib, kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel,
                              Z_DEFAULT_STRATEGY) == Z_OK;
}

GzipStream::~GzipStream() { deflateEnd(&state_->zlib); }

std::string GzipStream::Run(std::string_view text, int flush) {
  std::string out;
  if (!state_->good) return out;
  z_stream& zlib = state_->zlib;
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  constexpr std::size_t kStep = 4096;
  std::size_t used = 0;
  do {
    out.resize(used + kStep);
    zlib.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    zlib.avail_out = kStep;
    deflate(&zlib, flush);
    used += kStep - zlib.avail_out;
  } while (zlib.avail_out == 0);
  out.resize(used);
  out.shrink_to_fit();  // it may be pending for a slow client
  return out;
}

std::string GzipStream::Add(std::string_view text) { return Run(text, Z_SYNC_FLUSH); }

std::string GzipStream::Finish() { return Run({}, Z_FINISH); }

Coding EventStreamCoding(const runtime::HttpRequest& request) {
  constexpr unsigned kAvailable =
      1u << static_cast<unsigned>(Coding::kIdentity) | 1u << static_cast<unsigned>(Coding::kGzip);
  return NegotiateCoding(request.JoinedHeader("accept-encoding"), kAvailable);
}

std::shared_ptr<StreamWriter> OpenEventStream(runtime::Responder responder, Coding coding) {
  runtime::HttpResponse head;
  head.headers =
      "Content-Type: text/event-stream\r\n"
      "Cache-Control: no-store\r\n"
      "Vary: Accept-Encoding\r\n"
      "X-Accel-Buffering: no\r\n";  // makes nginx pass events on at once
  if (coding == Coding::kGzip) head.AddHeader("Content-Encoding", CodingName(coding));
  head.headers += kPublicCorsHeaders;
  std::shared_ptr<StreamWriter> stream = responder.Stream(std::move(head));
  if (coding == Coding::kGzip) stream = std::make_shared<GzipWriter>(std::move(stream));
  return stream;
}

std::string EventText(std::string_view id, std::string_view name, std::string_view data) {
  return StrCat(id.empty() ? "" : "id: ", id, id.empty() ? "" : "\n", "event: ", name,
                "\ndata: ", data, "\n\n");
}

}  // namespace citylayers::gateway
