#include "checkpoint_options.hpp"

#include <limits>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "option_rules.hpp"

namespace dtheta::cli {
namespace {

Option interval_option(TrainingInterval& every) {
  return {.name = "checkpoint-every",
          .placeholder = "INTERVAL",
          .help = "how often a checkpoint is written, besides one at the end",
          .wanted = "a whole number from 1 and a unit: 2epochs, 500steps, 60s, 10m or 2h",
          .preset = interval_text(every),
          .read =
              [&every](const std::string& value) {
                const auto interval = parse_interval(value);
                if (interval) every = *interval;
                return interval.has_value();
              },
          .text = [&every] { return interval_text(every); }};
}

}  // namespace

OptionGroup checkpoint_options(CheckpointOptions& options) {
  const auto is_on = [&options] { return options.is_on(); };
  return {
      .title = "Checkpoints",
      .options = {
          path({.name = "checkpoint",
                .placeholder = "DIR",
                .help = "folder to write checkpoints to, created if need be. SIGINT (Ctrl-C) and "
                        "SIGTERM then end the step, write one and stop; SIGUSR1 writes one"},
               options.folder),
          only_while(interval_option(options.every), is_on),
          only_while(whole_number({.name = "keep",
                                   .placeholder = "K",
                                   .help = "checkpoints that are kept, the newest"},
                                  options.keep, 1, std::numeric_limits<Size>::max()),
                     is_on),
          toggle({.name = "resume",
                  .help = "go on from the newest good checkpoint in --checkpoint DIR, from the "
                          "beginning if there is none; all other options as they were, save for "
                          "--epochs, --early-stopping, --target, --time-limit, --threads and "
                          "outputs"},
                 options.resumes),
          toggle({.name = "exact",
                  .help = "with --resume: refuse to go on with other kernels, or another BLAS or "
                          "build of dtheta, rather than warn"},
                 options.is_exact),
      }};
}

void check_checkpoint_options(const Interface& interface, const CheckpointOptions& options) {
  const auto want = [&](const char* name, bool has_effect, const char* needed) {
    if (has_effect || !interface.is_given(name)) return;
    throw UsageError(fmt::format("--{} has no effect without {}", name, needed));
  };
  want("checkpoint-every", options.is_on(), "--checkpoint DIR");
  want("keep", options.is_on(), "--checkpoint DIR");
  want("resume", options.is_on() || !options.resumes, "--checkpoint DIR");
  want("exact", options.resumes || !options.is_exact, "--resume");
}

}  // namespace dtheta::cli
