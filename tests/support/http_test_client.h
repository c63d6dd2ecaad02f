// A blocking HTTP client for tests: sends raw bytes, and parses responses strictly.
#ifndef CITYLAYERS_TESTS_SUPPORT_HTTP_TEST_CLIENT_H_
#define CITYLAYERS_TESTS_SUPPORT_HTTP_TEST_CLIENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace citylayers::runtime {

/// A received response.
struct TestResponse {
  int status = 0;    // 0: the connection ended before a complete header
  std::string head;  // status line and headers
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // chunks joined
  bool complete = false;  // the body ended as defined by its framing

  /// First header of that lower-case name; "" when absent.
  std::string Header(std::string_view name) const;
};

/// One connection to 127.0.0.1. Every read times out after 10 s. Not thread-safe.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  void Send(std::string_view bytes);
  /// Shuts down the sending side.
  void ShutdownSend();
  /// Reads one response; `head_request`: without a body.
  TestResponse Read(bool head_request = false);
  /// Sends "METHOD TARGET", Host and the extra header lines ("A: b\r\n"), then reads the response.
  TestResponse Request(std::string_view method, std::string_view target,
                       std::string_view headers = "", std::string_view body = "");
  TestResponse Get(std::string_view target, std::string_view headers = "") {
    return Request("GET", target, headers);
  }
  /// Reads until `text` arrives or the connection ends; returns all bytes not yet read.
  std::string ReadUntil(std::string_view text);
  /// Whether the server has closed the connection (waits for it up to 10 s).
  bool WaitClosed();

 private:
  bool Fill();

  int fd_ = -1;
  std::string buffer_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_TESTS_SUPPORT_HTTP_TEST_CLIENT_H_
