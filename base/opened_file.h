// A file that is open for reading.
#ifndef CITYLAYERS_BASE_OPENED_FILE_H_
#define CITYLAYERS_BASE_OPENED_FILE_H_

#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace citylayers {

/// Opened by the constructor, closed by the destructor. Checks of the opened file hold for what is
/// read: a path may name another file a moment later.
class OpenedFile {
 public:
  /// Without waiting for a writer, should it be a named pipe. When it fails, number() is negative
  /// and errno has the reason.
  explicit OpenedFile(const std::string& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  OpenedFile(const OpenedFile&) = delete;
  OpenedFile& operator=(const OpenedFile&) = delete;
  ~OpenedFile() {
    if (number_ >= 0) ::close(number_);
  }
  /// The descriptor.
  int number() const { return number_; }

 private:
  const int number_;
};

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_OPENED_FILE_H_
