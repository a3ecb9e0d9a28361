// The thread of the program owns the model, whose settings (threads, gradients) are LibTorch's per
// thread; HTTP has a thread of its own, which is there before the model is loaded.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <random>
#include <string_view>
#include <thread>

#include "formats/tokenizer_files.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/text_source.h"
#include "trainer/module.h"
#include "trainer/serve/api_service.h"

namespace owt::data {
extern const std::string_view kServePage;
}

namespace owt::trainer {
namespace {

// HttpServer::Run in a thread, until Stop or Ctrl-C. Ends the service's work where it ends itself.
class HttpThread {
 public:
  HttpThread(HttpServer& server, ApiService& service, const RunContext& context)
      : thread_([this, &server, &service, &context] {
          try {
            server.Run(service.Handlers(), [this, &service, &context] {
              if (!context.cancelled() && !stop_) return false;
              service.StopWork();
              return true;
            });
          } catch (...) {
            error_ = std::current_exception();
            service.StopWork();
          }
        }) {}

  ~HttpThread() { Stop(); }

  HttpThread(const HttpThread&) = delete;
  HttpThread& operator=(const HttpThread&) = delete;

  // Returns when all that was taken is answered.
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  // What ended the thread, after Stop.
  void Rethrow() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

 private:
  std::atomic<bool> stop_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

class ServeCommand : public Stage {
 public:
  explicit ServeCommand(MakeEncoder make_encoder) : make_encoder_(make_encoder) {}

  void Declare(OptionSet& options) override {
    run_.Declare(options);
    options.File("tokenizer", &tokenizer_,
                 "the tokenizer of the model's data, if it is not GPT-2's");
    options.Group("Server")
        .Text("host", &http_.host, "NAME", "address to listen at; 0.0.0.0 is open to the network")
        .Detail("Who reaches the port may use the model; there are no passwords and no encryption.")
        .RunOnly()
        .Integer("port", &http_.port, 0, 65535, "port to listen at; 0 takes a free one")
        .RunOnly()
        .Integer("queue", &service_.queue, 1, 1 << 20, "requests that may wait; more are told 503")
        .RunOnly()
        .Integer("connections", &http_.connections, 1, 1 << 16, "clients at the same time")
        .RunOnly()
        .Size("max-body", &body_bytes_, "largest request body")
        .RunOnly()
        .Integer("max-tokens-to-oom", &service_.max_tokens, 1, int64_t{1} << 40,
                 "most texts times length of one request")
        .RunOnly()
        .Real("patience", &patience_s_, 0.1, 3600, "seconds for a client to send its request")
        .RunOnly()
        .Real("time-limit", &time_limit_s_, 0.1, 1e6, "seconds from request to answer; then 503")
        .RunOnly();
    options.Example("owt serve --checkpoint run",
                    "the page http://127.0.0.1:5000/ and PUT /api on this machine");
    options.Example("curl -X PUT -d '{\"prompts\":[\"The road\"]}' 127.0.0.1:5000/api", "asks it");
  }

  void Run(RunContext& context) override {
    const RunConfig run = run_.Config();
    const formats::Gpt2Vocab vocab = formats::ReadTokenizer(tokenizer_);
    const Api& trainer = LoadTrainer();
    const auto ms = [](double s) {
      return std::chrono::milliseconds(static_cast<int64_t>(s * 1e3));
    };
    http_.limits.body_bytes = body_bytes_;
    http_.patience = ms(patience_s_);
    service_.time_limit = ms(time_limit_s_);
    service_.page = data::kServePage;
    HttpServer server(http_);
    service_.loopback =
        server.address().starts_with("127.") || server.address().starts_with("[::1]");
    ApiService service(service_, server);
    HttpThread http(server, service, context);
    const std::unique_ptr<TextModel> model = trainer.open_text_model(run, HooksOf(context));
    CheckVocab(vocab, *model);
    context.Say(fmt::format("listening on http://{}/ (Ctrl-C ends)", server.address()));
    Work(context, vocab, *model, service);
    http.Stop();
    http.Rethrow();
    if (context.cancelled()) throw Error(ErrorKind::kInterrupted, "interrupted; all is answered");
  }

 private:
  void Work(const RunContext& context, const formats::Gpt2Vocab& vocab, TextModel& model,
            ApiService& service) {
    const TextCodec codec = MakeCodec(vocab, make_encoder_);
    std::random_device device;
    std::mt19937_64 seeds((uint64_t{device()} << 32) ^ device());
    service.Work(
        [&](const ApiRequest& request, const std::function<bool()>& stop) {
          return AnswerApiRequest(model, codec, request, service_.max_tokens, seeds(), stop);
        },
        [&context](std::string_view line) { context.Say(line); });
  }

  MakeEncoder make_encoder_;
  RunOptions run_;
  std::string tokenizer_;
  HttpServerOptions http_;
  ApiServiceOptions service_;
  uint64_t body_bytes_ = uint64_t{1} << 20;
  double patience_s_ = 10, time_limit_s_ = 300;
};

}  // namespace

std::unique_ptr<Stage> MakeServe(MakeEncoder make_encoder) {
  return std::make_unique<ServeCommand>(make_encoder);
}

}  // namespace owt::trainer
