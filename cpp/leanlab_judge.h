// leanlab_judge.h: leanlab's judge protocol, version 1, for evaluators ("judges") and workers in C++17 or later.
// docs/formats/judge-protocol.md is the specification; docs/judging.md begins with an example. Needs Linux, no library.
//
//   leanlab::Judge judge;                                   // in the evaluator; the candidate runs apart
//   double x = judge.call("f", {2.0}).number();
//   judge.report({{"score", x}});
//
//   return leanlab::serve({{"f", f}});                      // in the worker: Value f(const std::vector<Value>&)
#pragma once

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leanlab_judge_wire.h"

namespace leanlab {

/// Seconds on the judge's clock that the last call took: writing it, waiting for the first byte of the answer, reading it.
struct CallTimes {
  double sent = 0, waited = 0, received = 0;
};

/// The judge's end of one evaluation.
class Judge {
 public:
  /// Under leanlab: takes what the engine gave, once in a process. By hand: starts `worker` (argv) without a sandbox,
  /// and report() prints. Errors: ProtocolError.
  explicit Judge(const std::vector<std::string>& worker = {}) {
    ::signal(SIGPIPE, SIG_IGN);  // a candidate that has gone is an error, not the judge's end
    const char* result = std::getenv("LEANLAB_RESULT_FD");
    if (result == nullptr) {
      start_by_hand(worker);
      return;
    }
    ::prctl(PR_SET_DUMPABLE, 0);  // no other process of this user may look into this one
    result_ = std::make_unique<Channel>(number_of("LEANLAB_RESULT_FD"), number_of("LEANLAB_RESULT_FD"));
    candidate_ = std::make_unique<Channel>(number_of("LEANLAB_CANDIDATE_READ_FD"),
                                           number_of("LEANLAB_CANDIDATE_WRITE_FD"));
    const char* contract = std::getenv("LEANLAB_CONTRACT");
    const std::string spoken = contract != nullptr ? contract : "";
    for (const char* name :
         {"LEANLAB_RESULT_FD", "LEANLAB_CANDIDATE_READ_FD", "LEANLAB_CANDIDATE_WRITE_FD", "LEANLAB_CONTRACT"})
      ::unsetenv(name);
    Frame greeting;
    if (!result_->receive(greeting)) throw ProtocolError("the engine did not greet");
    const Value* nonce = greeting.header.member("nonce");
    if (nonce == nullptr) throw ProtocolError("the engine did not greet");
    nonce_ = nonce->text();
    say("\"hello\":{\"version\":1,\"contract\":" + leanlab::quoted(spoken) + ",\"language\":\"c++\"}");
  }
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;
  ~Judge() {
    if (result_ == nullptr) {
      end_worker();
      return;
    }
    try {
      say("\"stats\":{\"requests\":" + std::to_string(asked_) + ",\"bytes_sent\":" +
          std::to_string(candidate_->written) + ",\"bytes_received\":" + std::to_string(candidate_->read) +
          ",\"sent_seconds\":" + printed(sent_seconds_) + ",\"waited_seconds\":" + printed(waited_seconds_) +
          "}");
    } catch (const ProtocolError&) {  // the engine has given up, and knows why
    }
  }

  /// Where the judge sees a stub in place of the experiment; by hand empty.
  static std::string experiment() {
    const char* path = std::getenv("LEANLAB_EXPERIMENT");
    return path != nullptr ? path : "";
  }

  /// Calls a function of the experiment. Errors: CandidateError (it raised), ProtocolError.
  Value call(const std::string& function, const std::vector<Value>& arguments) {
    Writer writer;
    const std::int64_t target = find(function);
    std::string fields = "\"args\":[";
    for (const Value& argument : arguments)
      fields += (&argument == arguments.data() ? "" : ",") + writer.value(argument);
    fields += "],\"kwargs\":{\"$\":\"dict\",\"v\":[]}";
    return ask("call", target, fields, &writer);
  }
  CallTimes last_call() const { return times_; }

  /// The result, once; finite numbers by name, the objective among them.
  void report(const std::vector<std::pair<std::string, double>>& metrics) {
    std::string text = "{";
    for (const auto& [name, value] : metrics) {
      if (!std::isfinite(value)) throw ProtocolError("metric " + name + " is not finite");
      text += (text.size() > 1 ? ", " : "") + leanlab::quoted(name) + ": " + printed(value);
    }
    text += "}";
    if (result_ != nullptr)
      say("\"result\":" + text);
    else
      std::puts(text.c_str());
  }

 private:
  static int number_of(const char* name) {
    const char* text = std::getenv(name);
    if (text == nullptr) throw ProtocolError(std::string(name) + " is not set");
    return std::atoi(text);
  }
  void say(const std::string& field) {
    result_->send("{\"nonce\":" + leanlab::quoted(nonce_) + "," + field + "}");
  }

  void end_worker() {
    candidate_.reset();  // the end of its requests
    while (worker_ > 0 && ::waitpid(worker_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  void start_by_hand(const std::vector<std::string>& worker) {
    int to[2], from[2];
    if (worker.empty()) throw ProtocolError("leanlab did not start this evaluator, and no worker is named");
    if (::pipe(to) != 0 || ::pipe(from) != 0) throw ProtocolError("cannot make a pipe");
    const pid_t pid = ::fork();
    if (pid < 0) throw ProtocolError("cannot start the worker");
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      const int high_read = ::fcntl(to[0], F_DUPFD, 16), high_write = ::fcntl(from[1], F_DUPFD, 16);
      ::dup2(2, 1);
      ::dup2(high_read, 3), ::dup2(high_write, 4);
      for (int fd = 5; fd < 32; ++fd) ::close(fd);
      std::vector<char*> argv;
      for (const std::string& word : worker) argv.push_back(const_cast<char*>(word.c_str()));
      argv.push_back(nullptr);
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    worker_ = pid;
    ::close(to[0]), ::close(from[1]);
    candidate_ = std::make_unique<Channel>(from[0], to[1]);
  }

  // The number of the experiment's function; loads the experiment at the first call.
  std::int64_t find(const std::string& function) {
    for (const auto& [name, number] : functions_)
      if (name == function) return number;
    if (module_ < 0) {
      ask("hello", -1, "\"version\":1", nullptr);
      module_ = reference(ask("load", -1, "", nullptr));
    }
    const std::int64_t number =
        reference(ask("get", module_, "\"name\":" + leanlab::quoted(function), nullptr));
    functions_.emplace_back(function, number);
    return number;
  }
  static std::int64_t reference(const Value& value) {
    const Value *kind = value.member("$"), *id = value.member("id");
    if (kind == nullptr || !kind->is("ref") || id == nullptr)
      throw ProtocolError("the candidate gave no reference");
    return id->integer();
  }

  Value ask(const char* op, std::int64_t target, const std::string& fields, const Writer* writer) {
    if (broken_) throw ProtocolError("the candidate cannot be asked any more");
    broken_ = true;  // until a whole answer is here
    if (candidate_->has_input()) throw ProtocolError("the candidate ended, or answered before it was asked");
    std::string header = "{\"op\":\"" + std::string(op) + "\",\"id\":" + std::to_string(++asked_);
    if (target >= 0) header += ",\"target\":" + std::to_string(target);
    header += ",\"fields\":{" + fields + "},\"arrays\":[" + (writer != nullptr ? writer->arrays() : "") +
              "],\"release\":[]}";
    const double start = now();
    candidate_->send(header, writer != nullptr ? writer->buffers() : std::vector<const Array*>{});
    const double sent = now();
    candidate_->wait();
    const double waited = now();
    Frame frame;
    if (!candidate_->receive(frame))
      throw ProtocolError("the candidate's process ended during `" + std::string(op) + "`");
    times_ = {sent - start, waited - sent, now() - waited};
    sent_seconds_ += times_.sent, waited_seconds_ += times_.waited + times_.received;
    const Value* id = frame.header.member("id");
    if (id == nullptr || id->integer() != asked_)
      throw ProtocolError("the candidate answered another question");
    broken_ = false;
    if (const Value* error = frame.header.member("error")) {
      const Value* message = error->member("message");
      throw CandidateError(message != nullptr ? message->text().substr(0, 20'000) : "the candidate raised");
    }
    const Value* value = frame.header.member("value");
    if (value == nullptr) throw ProtocolError("an answer without a value");
    return Reader::decode(*value, frame, Finite::required);
  }

  std::unique_ptr<Channel> result_, candidate_;
  std::string nonce_;
  std::int64_t asked_ = 0, module_ = -1;
  std::vector<std::pair<std::string, std::int64_t>> functions_;
  bool broken_ = false;
  pid_t worker_ = -1;  // by hand
  CallTimes times_;
  double sent_seconds_ = 0, waited_seconds_ = 0;
};

using Function = std::function<Value(const std::vector<Value>&)>;

/// How a request for an attribute of the experiment is answered. It is a module to the judge, so it may have a docstring.
inline std::string reference_to(const std::string& name,
                                const std::vector<std::pair<std::string, Function>>& functions) {
  if (name == "__doc__") return "null";
  for (std::size_t at = 0; at < functions.size(); ++at) {
    if (functions[at].first == name)
      return "{\"$\":\"ref\",\"id\":" + std::to_string(at + 2) +
             ",\"kind\":\"function\",\"name\":\"function\"}";
  }
  throw std::out_of_range("the experiment has no " + name);
}

/// Answers what comes on `channel` until there is no more. Errors: ProtocolError (what came is no request, or the judge has gone).
inline void answer_all(Channel& channel, const std::vector<std::pair<std::string, Function>>& functions) {
  Frame frame;
  while (channel.receive(frame)) {
    const Value *id = frame.header.member("id"), *op = frame.header.member("op"),
                *fields = frame.header.member("fields");
    const Value* target = frame.header.member("target");
    const std::string start = "{\"id\":" + (id != nullptr ? std::to_string(id->integer()) : "0") + ",";
    Writer writer;
    std::string answer;
    try {
      if (op == nullptr || fields == nullptr) throw ProtocolError("a malformed request");
      if (op->is("hello")) {
        answer = "{\"$\":\"dict\",\"v\":[[\"version\",1],[\"language\",\"c++\"]]}";
      } else if (op->is("load")) {
        answer = "{\"$\":\"ref\",\"id\":1,\"kind\":\"module\",\"name\":\"module\"}";
      } else if (op->is("get") && fields->member("name") != nullptr) {
        answer = reference_to(fields->member("name")->text(), functions);
      } else if (op->is("call") && target != nullptr && fields->member("args") != nullptr) {
        const std::int64_t at = target->integer() - 2;
        if (at < 0 || at >= static_cast<std::int64_t>(functions.size()))
          throw ProtocolError("there is no such function");
        const Value arguments = Reader::decode(*fields->member("args"), frame, Finite::any);
        answer = writer.value(functions[static_cast<std::size_t>(at)].second(arguments.list()));
      } else {
        throw ProtocolError("this worker knows hello, load, get and call");
      }
      channel.send(
          start + "\"value\":" + answer + ",\"arrays\":[" + writer.arrays() + "],\"wall\":0,\"cpu\":0}",
          writer.buffers());
    } catch (const std::exception& error) {
      const std::string text = leanlab::quoted(error.what());
      const bool missing =
          dynamic_cast<const std::out_of_range*>(&error) != nullptr && op != nullptr && op->is("get");
      channel.send(start + "\"error\":{\"types\":[\"" + (missing ? "AttributeError" : "RuntimeError") +
                   "\",\"Exception\"],\"message\":" + text + ",\"traceback\":" + text + "}}");
    }
  }
}

/// The worker's end: does what the judge asks until it has no more questions; returns the exit status, which is 1 when the judge
/// has gone or broke the protocol. An exception of a function goes to the judge as the candidate's.
inline int serve(const std::vector<std::pair<std::string, Function>>& functions, int read_fd = 3,
                 int write_fd = 4) {
  ::signal(SIGPIPE, SIG_IGN);
  Channel channel(read_fd, write_fd);
  try {
    answer_all(channel, functions);
  } catch (const ProtocolError& error) {
    std::fprintf(stderr, "leanlab_judge.h: the worker ends: %s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace leanlab
