#include "services/runtime/http/http_responder.h"

#include <utility>

namespace citylayers::runtime {
namespace {

void AnswerForgotten(const std::shared_ptr<ResponderTarget>& target) {
  if (target) target->Answer(ProblemResponse(500, "the request was dropped without an answer"));
}

}  // namespace

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    AnswerForgotten(std::exchange(target_, std::move(other.target_)));
  }
  return *this;
}

Responder::~Responder() { AnswerForgotten(target_); }

void Responder::Send(HttpResponse response) {
  if (auto target = std::exchange(target_, nullptr)) target->Answer(std::move(response));
}

std::shared_ptr<StreamWriter> Responder::Stream(HttpResponse head) {
  auto target = std::exchange(target_, nullptr);
  return target ? target->AnswerStream(std::move(head)) : nullptr;
}

}  // namespace citylayers::runtime
