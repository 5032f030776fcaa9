// SHA-256 through OpenSSL's libcrypto.
#include "base/hash.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "base/fd.h"

namespace leanlab {

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  // Fetching an algorithm by name costs microseconds in OpenSSL 3, so it is done once.
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  INVARIANT(sha256 != nullptr && EVP_DigestInit_ex(context_->evp, sha256, nullptr) == 1);
}
Sha256::~Sha256() = default;

Sha256& Sha256::update(std::string_view data) {
  INVARIANT(EVP_DigestUpdate(context_->evp, data.data(), data.size()) == 1);
  return *this;
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  INVARIANT(EVP_DigestFinal_ex(context_->evp, digest.data(), &size) == 1 && size == digest.size());
  static constexpr char k_digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(64);
  for (const unsigned char byte : digest) {
    text += k_digits[byte >> 4];
    text += k_digits[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view data) {
  return Sha256().update(data).hex();
}

Result<std::string> sha256_file(const std::filesystem::path& path) {
  TRY_ASSIGN(Fd fd, open_file(path, O_RDONLY));
  Sha256 hash;
  std::string piece(1 << 18, '\0');
  while (true) {
    const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error(errno, fmt::format("cannot read {}", path.string())));
    if (got == 0) return hash.hex();
    hash.update(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
  }
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace leanlab
