#include "services/access/jwt.h"

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "base/strings.h"

namespace citylayers::access {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// RFC 8037, appendix A: a key of Ed25519, and A.4: a signature by it.
constexpr char kEdX[] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
constexpr char kEdD[] = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
constexpr char kEdText[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
constexpr char kEdSignature[] =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
// RFC 7515, appendix A.2: a key of RSA and a signature by it.
constexpr char kRsaN[] =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4"
    "QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdb"
    "BYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-D"
    "WNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
constexpr char kRsaText[] =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
constexpr char kRsaSignature[] =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5ju"
    "jGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07"
    "Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipU"
    "TI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
const JwtRules kRules = {.issuer = "https://id.example.org", .audience = "citylayers"};

std::string EdKey(std::string_view id) {
  return StrCat(R"({"kty":"OKP","crv":"Ed25519","kid":")", id, R"(","x":")", kEdX, R"("})");
}
std::string RsaKey(std::string_view id, std::string_view n = kRsaN) {
  return StrCat(R"({"kty":"RSA","kid":")", id, R"(","e":"AQAB","n":")", n, R"("})");
}
absl::StatusOr<JwtKeys> Keys(std::string_view list) {
  return JwtKeys::Parse(StrCat(R"({"keys":[)", list, "]}"));
}
std::string BytesOf(std::string_view base64url) {
  std::string bytes;
  EXPECT_TRUE(ReadBase64Url(base64url, &bytes));
  return bytes;
}
std::string Base64Url(std::string_view bytes) { return absl::WebSafeBase64Escape(ToAbsl(bytes)); }

// A token signed with the key of RFC 8037.
std::string Signed(std::string_view header, std::string_view claims) {
  const std::string text = StrCat(Base64Url(header), ".", Base64Url(claims));
  const std::string secret = BytesOf(kEdD);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                   reinterpret_cast<const unsigned char*>(secret.data()),
                                   secret.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()), 1);
  EXPECT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                           reinterpret_cast<const unsigned char*>(text.data()), text.size()),
            1);
  return StrCat(text, ".", Base64Url(signature));
}

constexpr char kHeader[] = R"({"alg":"EdDSA","kid":"ed"})";

std::string Claims(std::string_view more = "", std::string_view exp = "1700003600") {
  return StrCat(R"({"iss":"https://id.example.org","aud":["other","citylayers"],"sub":"lan",)",
                R"("exp":)", exp, more, "}");
}

class JwtTest : public ::testing::Test {
 protected:
  absl::StatusOr<JwtHolder> Verify(const std::string& token, absl::Time now = kNow) const {
    return VerifyJwt(token, keys_, kRules, now);
  }
  std::string ErrorOf(const std::string& token, absl::Time now = kNow) const {
    const absl::Status status = Verify(token, now).status();
    EXPECT_TRUE(absl::IsUnauthenticated(status)) << status;
    return std::string(ToStd(status.message()));
  }

  const JwtKeys keys_ = *Keys(StrCat(EdKey("ed"), ",", RsaKey("rsa")));
};

TEST(JwtKeys, VerifyTheSignatureOfRfc8037) {
  const auto keys = Keys(EdKey(""));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_TRUE(keys->Verify("EdDSA", "", kEdText, BytesOf(kEdSignature)).ok());
  EXPECT_FALSE(keys->Verify("EdDSA", "", StrCat(kEdText, "A"), BytesOf(kEdSignature)).ok());
}

TEST(JwtKeys, VerifyTheSignatureOfRfc7515) {
  const auto keys = Keys(RsaKey(""));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_TRUE(keys->Verify("RS256", "", kRsaText, BytesOf(kRsaSignature)).ok());
  std::string changed = BytesOf(kRsaSignature);
  changed[100] ^= 1;
  EXPECT_FALSE(keys->Verify("RS256", "", kRsaText, changed).ok());
  EXPECT_FALSE(keys->Verify("RS256", "", kRsaText, "").ok());
}

TEST(JwtKeys, AKeyHasOneAlgorithmAndOthersAreNone) {
  const auto keys = Keys(StrCat(EdKey("ed"), ",", RsaKey("rsa")));
  ASSERT_TRUE(keys.ok()) << keys.status();
  for (const char* algorithm : {"none", "None", "", "HS256", "RS512", "PS256", "ES256", "EdDSA"}) {
    EXPECT_FALSE(keys->Verify(algorithm, "rsa", kRsaText, BytesOf(kRsaSignature)).ok())
        << algorithm;
  }
  EXPECT_TRUE(keys->Verify("RS256", "rsa", kRsaText, BytesOf(kRsaSignature)).ok());
  EXPECT_FALSE(keys->Verify("RS256", "", kRsaText, BytesOf(kRsaSignature)).ok()) << "which key?";
  EXPECT_FALSE(keys->Verify("RS256", "x", kRsaText, BytesOf(kRsaSignature)).ok());
}

TEST(JwtKeys, KeysForOtherPurposesAreSkippedAndMalformedOnesRefused) {
  const std::string other = R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"},)"
                            R"({"kty":"oct","k":"AAAA"},{"kty":"RSA","use":"enc","n":"x"},7)";
  EXPECT_EQ(Keys(StrCat(other, ",", EdKey("ed")))->size(), 1U);
  const auto error = [](std::string_view list) {
    return std::string(ToStd(Keys(list).status().message()));
  };
  EXPECT_THAT(error(other), HasSubstr("no key for RS256 or EdDSA"));
  EXPECT_THAT(error(RsaKey("weak", "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAk")), HasSubstr("2048"));
  EXPECT_THAT(error(RsaKey("bad", "+")), HasSubstr("keys[0] (kid \"bad\") has no valid n and e"));
  EXPECT_THAT(error(StrCat(EdKey("a"), ",", EdKey("a"))), HasSubstr("occurs twice"));
  for (const char* text : {"", "x", "[]", "{}", R"({"keys":7})"}) {
    EXPECT_FALSE(JwtKeys::Parse(text).ok()) << text;
  }
  EXPECT_FALSE(JwtKeys::Parse(std::string(JwtKeys::kJsonBytesMax + 1, ' ')).ok());
}

TEST_F(JwtTest, AGoodTokenNamesItsHolderAndScopes) {
  const auto holder =
      Verify(Signed(kHeader, Claims(R"(,"scope":"openid layers:read:flood alerts:operate")")));
  ASSERT_TRUE(holder.ok()) << holder.status();
  EXPECT_EQ(holder->subject, "lan");
  EXPECT_EQ(holder->expire_time, absl::FromUnixSeconds(1'700'003'600));
  ASSERT_EQ(holder->scopes.size(), 2U);
  EXPECT_EQ(ToText(holder->scopes[0]), "layers:read:flood");
  EXPECT_TRUE(Verify(Signed(kHeader, Claims()))->scopes.empty());
}

TEST_F(JwtTest, ItsTimeIsChecked) {
  const std::string token = Signed(kHeader, Claims(R"(,"nbf":1699999000)"));
  EXPECT_TRUE(Verify(token).ok());
  EXPECT_THAT(ErrorOf(token, kNow + absl::Hours(2)), HasSubstr("expired"));
  EXPECT_TRUE(Verify(token, kNow + absl::Seconds(3620)).ok()) << "clocks differ";
  EXPECT_THAT(ErrorOf(token, kNow - absl::Hours(1)), HasSubstr("not valid yet"));
  for (const char* exp : {"-1", "1e300", "\"1700003600\"", "null"}) {
    EXPECT_FALSE(Verify(Signed(kHeader, Claims("", exp))).ok()) << exp;
  }
}

TEST_F(JwtTest, IssuerAudienceAndSubjectAreChecked) {
  const auto error = [&](std::string_view claims) { return ErrorOf(Signed(kHeader, claims)); };
  const std::string_view exp = R"(,"exp":1700003600})";
  const std::string_view iss = R"({"iss":"https://id.example.org")";
  EXPECT_THAT(error(StrCat(R"({"iss":"x","aud":"citylayers","sub":"a")", exp)),
              HasSubstr("issuer"));
  EXPECT_THAT(error(StrCat(iss, R"(,"aud":"x","sub":"a")", exp)), HasSubstr("audience"));
  EXPECT_THAT(error(StrCat(iss, R"(,"sub":"a")", exp)), HasSubstr("audience"));
  EXPECT_THAT(error(StrCat(iss, R"(,"aud":["x",7],"sub":"a")", exp)), HasSubstr("audience"));
  EXPECT_THAT(error(StrCat(iss, R"(,"aud":"citylayers","sub":"a"})")), HasSubstr("no exp"));
  EXPECT_THAT(error(StrCat(iss, R"(,"aud":"citylayers")", exp)), HasSubstr("no sub"));
  EXPECT_THAT(error(StrCat(iss, R"(,"aud":"citylayers","sub":"a\nb")", exp)), HasSubstr("no sub"));
}

TEST_F(JwtTest, UnsignedAndForgedTokensAreRefused) {
  const std::string good = Signed(kHeader, Claims());
  const std::string claims = Base64Url(Claims());
  const auto unsigned_with = [&](std::string_view header) {
    return StrCat(Base64Url(header), ".", claims, ".");
  };
  EXPECT_THAT(ErrorOf(unsigned_with(R"({"alg":"none"})")), HasSubstr("alg is not accepted"));
  EXPECT_THAT(ErrorOf(unsigned_with(R"({"alg":"HS256","kid":"ed"})")), HasSubstr("not accepted"));
  EXPECT_THAT(ErrorOf(unsigned_with(kHeader)), HasSubstr("signature"));
  EXPECT_THAT(ErrorOf(Signed(R"({"alg":"EdDSA","kid":"ed","crit":["x"]})", Claims())),
              HasSubstr("crit"));
  std::string changed = good;
  changed[good.find('.') + 10] ^= 1;
  EXPECT_THAT(ErrorOf(changed), Not(HasSubstr(changed.substr(10, 20))));
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), good + ".x",
        "=" + good, std::string(kJwtBytesMax + 1, 'a')}) {
    EXPECT_FALSE(Verify(text).ok()) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace citylayers::access
