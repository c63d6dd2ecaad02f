#include "services/gateway/static_files.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Stores the answer of a handler.
class Kept final : public runtime::ResponderTarget {
 public:
  void Answer(runtime::HttpResponse response) override { answer = std::move(response); }
  std::shared_ptr<runtime::StreamWriter> AnswerStream(runtime::HttpResponse) override {
    return nullptr;
  }
  runtime::HttpResponse answer;
};

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    Write("index.html", "<html>");
    Write("assets/app-1a2b.js", "let a = 1;");
    Write("assets/app-1a2b.js.br", "BR");
    Write("assets/app-1a2b.js.gz", "GZ");
    Write("favicon.svg", "<svg/>");
    Write("fonts/Be Vietnam Pro/0-255.pbf", "glyphs");
  }
  ~StaticFilesTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << text;
  }
  runtime::HttpResponse Get(std::string_view path, std::string_view accept = "",
                            std::string_view if_none_match = "") {
    const auto files = *StaticFiles::Load(folder_.string());
    runtime::HttpRequest request;
    request.SetRequestLine("GET", "/", 11);
    if (!accept.empty()) request.AddHeader("Accept-Encoding", accept);
    if (!if_none_match.empty()) request.AddHeader("If-None-Match", if_none_match);
    auto kept = std::make_shared<Kept>();
    files->Serve(path, request, runtime::Responder(kept));
    return kept->answer;
  }
  const std::filesystem::path folder_;
};

TEST_F(StaticFilesTest, TheIndexIsRevalidatedAndGuarded) {
  const auto response = Get("");
  EXPECT_EQ(*response.body, "<html>");
  EXPECT_THAT(*response.shared_headers, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
  EXPECT_THAT(*response.shared_headers, HasSubstr("Cache-Control: no-cache\r\n"));
  EXPECT_THAT(*response.shared_headers, HasSubstr("Content-Security-Policy: default-src 'self'"));
  // Nothing inline, and no source that a script could generate.
  for (const char* loophole : {"unsafe", "data:", "blob:"}) {
    EXPECT_THAT(*response.shared_headers, Not(HasSubstr(loophole))) << loophole;
  }
  EXPECT_THAT(*response.shared_headers, HasSubstr("Cross-Origin-Opener-Policy: same-origin\r\n"));
}

TEST_F(StaticFilesTest, HashedFilesAreImmutableAndComeInTheCodingThatLiesThere) {
  const auto plain = Get("assets/app-1a2b.js");
  EXPECT_EQ(*plain.body, "let a = 1;");
  EXPECT_THAT(*plain.shared_headers, HasSubstr("immutable"));
  EXPECT_THAT(*plain.shared_headers, HasSubstr("Vary: Accept-Encoding"));
  EXPECT_EQ(*Get("assets/app-1a2b.js", "gzip").body, "GZ");
  EXPECT_EQ(*Get("assets/app-1a2b.js", "gzip, br, zstd").body, "BR");
  EXPECT_EQ(*Get("assets/app-1a2b.js", "br;q=0").body, "let a = 1;");
  EXPECT_THAT(*Get("assets/app-1a2b.js", "br").shared_headers,
              HasSubstr("Content-Encoding: br\r\n"));
  EXPECT_THAT(*Get("favicon.svg", "br").shared_headers, Not(HasSubstr("Vary")));
}

TEST_F(StaticFilesTest, AnswersNotModified) {
  const std::string headers = *Get("favicon.svg").shared_headers;
  const std::string etag = headers.substr(6, headers.find('\r') - 6);
  EXPECT_EQ(Get("favicon.svg", "", etag).status, 304);
  EXPECT_EQ(Get("favicon.svg", "", "\"other\"").status, 200);
}

TEST_F(StaticFilesTest, NothingElseCanBeReached) {
  for (const char* path : {"none", "../x", "/etc/passwd", "assets", "assets/", "index.html/",
                           "assets/app-1a2b.js.br"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
}

TEST_F(StaticFilesTest, AFolderWithoutAPageIsNamed) {
  std::filesystem::remove(folder_ / "index.html");
  const absl::Status status = StaticFiles::Load(folder_.string()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder_.string()));
  EXPECT_FALSE(StaticFiles::Load("/no/such/folder").ok());
}

// Map clients of every origin need the glyphs; the page's other files are for the page only.
TEST_F(StaticFilesTest, GlyphsAreForPagesOfAllOrigins) {
  const auto glyphs = Get("fonts/Be Vietnam Pro/0-255.pbf");
  EXPECT_THAT(*glyphs.shared_headers, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(*glyphs.shared_headers, HasSubstr("Cross-Origin-Resource-Policy: cross-origin\r\n"));
  EXPECT_THAT(*glyphs.shared_headers, HasSubstr("Content-Type: application/x-protobuf\r\n"));
  const auto script = Get("assets/app-1a2b.js");
  EXPECT_THAT(*script.shared_headers, HasSubstr("Cross-Origin-Resource-Policy: same-origin\r\n"));
  EXPECT_THAT(*script.shared_headers, Not(HasSubstr("Access-Control-Allow-Origin")));
}

}  // namespace
}  // namespace citylayers::gateway
