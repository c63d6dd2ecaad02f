#include "services/runtime/http/http_stream.h"

#include <utility>

#include "services/runtime/http/http_connection.h"

namespace citylayers::runtime {

HttpStream::HttpStream(std::shared_ptr<HttpConnection> connection, std::size_t pending_bytes_max,
                       std::shared_ptr<MemoryShare> share)
    : pending_bytes_max_(pending_bytes_max),
      connection_(std::move(connection)),
      hold_(std::move(share)) {}

bool HttpStream::Write(std::shared_ptr<const std::string> bytes) {
  if (bytes->empty()) return !closed();
  std::shared_ptr<HttpConnection> poke;
  {
    absl::MutexLock lock(&mutex_);
    if (closing_ || ended_ || pending_bytes_ + bytes->size() > pending_bytes_max_) return false;
    if (!hold_.Resize(pending_bytes_ + bytes->size())) return false;
    pending_bytes_ += bytes->size();
    queue_.push_back(std::move(bytes));
    if (!std::exchange(poked_, true)) poke = connection_;
  }
  Poke(std::move(poke));
  return true;
}

void HttpStream::Close() {
  std::shared_ptr<HttpConnection> poke;
  {
    absl::MutexLock lock(&mutex_);
    if (closing_ || ended_) return;
    closing_ = true;
    if (!std::exchange(poked_, true)) poke = connection_;
  }
  Poke(std::move(poke));
}

void HttpStream::Poke(std::shared_ptr<HttpConnection> connection) {
  if (!connection) return;
  HttpLoop& loop = *connection->loop_;
  loop.Post([connection = std::move(connection)] { connection->PumpStream(); });
}

std::size_t HttpStream::pending_bytes() const {
  absl::MutexLock lock(&mutex_);
  return pending_bytes_;
}

bool HttpStream::closed() const {
  absl::MutexLock lock(&mutex_);
  return closing_ || ended_;
}

void HttpStream::NotifyWritable(std::size_t pending_bytes_max, std::function<void()> callback) {
  {
    absl::MutexLock lock(&mutex_);
    if (!ended_ && pending_bytes_ > pending_bytes_max) {
      writable_below_ = pending_bytes_max;
      on_writable_ = std::move(callback);
      return;
    }
  }
  callback();
}

void HttpStream::NotifyClosed(std::function<void()> callback) {
  {
    absl::MutexLock lock(&mutex_);
    if (!ended_) {
      on_closed_ = std::move(callback);
      return;
    }
  }
  callback();
}

bool HttpStream::Take(std::size_t max, std::vector<std::shared_ptr<const std::string>>& pieces,
                      bool& ending) {
  absl::MutexLock lock(&mutex_);
  poked_ = false;
  while (!queue_.empty() && pieces.size() < max) {
    pieces.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  ending = closing_ && queue_.empty();
  return !pieces.empty();
}

void HttpStream::Written(std::size_t bytes) {
  std::function<void()> writable;
  {
    absl::MutexLock lock(&mutex_);
    pending_bytes_ -= bytes;
    (void)hold_.Resize(pending_bytes_);
    if (on_writable_ && pending_bytes_ <= writable_below_) {
      writable = std::exchange(on_writable_, nullptr);
    }
  }
  if (writable) writable();
}

void HttpStream::Ended() {
  std::shared_ptr<HttpConnection> connection;
  std::function<void()> writable;
  std::function<void()> closed;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(ended_, true)) return;
    queue_.clear();
    pending_bytes_ = 0;
    (void)hold_.Resize(0);
    connection = std::exchange(connection_, nullptr);
    writable = std::exchange(on_writable_, nullptr);
    closed = std::exchange(on_closed_, nullptr);
  }
  if (writable) writable();
  if (closed) closed();
}

}  // namespace citylayers::runtime
