#include "dtheta/math/blas_runtime.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <span>
#include <thread>

#include <cblas.h>
#include <fmt/format.h>
#include <hwy/targets.h>
#include <strings.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/machine.hpp"

// OpenBLAS exports these two, by which it chooses its kernels when it is loaded, but declares them
// nowhere. Weak: a build for a single CPU lacks them and still links.
extern "C" {
[[gnu::weak]] void gotoblas_dynamic_quit();
[[gnu::weak]] void gotoblas_dynamic_init();
}

namespace dtheta {
namespace {

constexpr const char* core_variable = "OPENBLAS_CORETYPE";

bool contains(std::span<const std::string> vector_sets,
              std::initializer_list<std::string_view> wanted) {
  return std::ranges::all_of(wanted, [&](std::string_view name) {
    return std::ranges::find(vector_sets, name) != vector_sets.end();
  });
}

bool has_avx2(std::span<const std::string> vector_sets) {
  return contains(vector_sets, {"avx2", "fma"});
}

bool has_avx512(std::span<const std::string> vector_sets) {
  return contains(vector_sets, {"avx512f", "avx512dq", "avx512bw", "avx512vl"});
}

void require_cpu(Kernels kernels, std::span<const std::string> vector_sets) {
  if (kernels == Kernels::avx2 && !has_avx2(vector_sets)) {
    throw UsageError("kernels avx2 need a CPU with AVX2 and FMA, which this one lacks; use auto");
  }
  if (kernels == Kernels::avx512 && !has_avx512(vector_sets)) {
    throw UsageError(
        "kernels avx512 need a CPU with AVX-512 (F, DQ, BW, VL), which this one lacks; use auto or "
        "avx2");
  }
}

/// The variable as the user set it; empty when not.
std::string core_from_environment() {
  const char* const value = std::getenv(core_variable);
  return value == nullptr ? "" : value;
}

/// Makes OpenBLAS choose again, `core` this time. The variable is taken out again, so that programs
/// started from here choose for themselves. False when it did not take that core.
bool change_core(const std::string& core) {
  if (gotoblas_dynamic_quit == nullptr || gotoblas_dynamic_init == nullptr) return false;
  gotoblas_dynamic_quit();
  setenv(core_variable, core.c_str(), 1);
  gotoblas_dynamic_init();
  unsetenv(core_variable);
  return openblas_get_corename() == core;
}

void choose_core(const std::string& found, std::vector<std::string>& warnings) {
  const std::string asked = core_from_environment();
  if (!asked.empty()) {
    if (strcasecmp(asked.c_str(), found.c_str()) != 0) {
      warnings.push_back(
          fmt::format("{}={} is no core of this OpenBLAS, which took {} instead; correct or unset "
                      "the variable",
                      core_variable, asked, found));
    }
    return;
  }
  const std::string fitting = fitting_blas_core(found, usable_vector_sets());
  if (fitting == found || change_core(fitting)) return;
  if (openblas_get_corename() != found) change_core(found);
  warnings.push_back(
      fmt::format("OpenBLAS uses its {} kernels, slow on this CPU, and cannot be told otherwise "
                  "from inside; set {}={} in the environment before the start, or install a newer "
                  "OpenBLAS",
                  openblas_get_corename(), core_variable, fitting));
}

void force_core(Kernels kernels, const std::string& found) {
  const std::string wanted = kernels == Kernels::avx2 ? "Haswell" : "SkylakeX";
  const std::string asked = core_from_environment();
  if (!asked.empty() && strcasecmp(asked.c_str(), wanted.c_str()) != 0) {
    throw UsageError(
        fmt::format("kernels {} mean OpenBLAS' {} kernels, but {}={} is set in the "
                    "environment; unset one of the two",
                    kernels_name(kernels), wanted, core_variable, asked));
  }
  if (found != wanted && !change_core(wanted)) {
    throw RuntimeUnusable(fmt::format(
        "kernels {} mean OpenBLAS' {} kernels, but it uses {} and cannot be told otherwise; set "
        "{}={} in the environment before the start, or install OpenBLAS with DYNAMIC_ARCH (Debian: "
        "libopenblas0-pthread)",
        kernels_name(kernels), wanted, openblas_get_corename(), core_variable, wanted));
  }
}

/// One thread a call, read back where it matters: in another thread and after a product that is
/// worth sharing, because an OpenMP build keeps a count for each caller.
void force_one_thread() {
  openblas_set_num_threads(1);
  int threads = 0;
  std::thread([&threads] {
    constexpr int n = 96;
    const std::vector<float> a(n * n);
    std::vector<float> c(n * n);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a.data(), n, a.data(), n, 0,
                c.data(), n);
    threads = openblas_get_num_threads();
  }).join();
  if (threads != 1) {
    throw RuntimeUnusable(fmt::format(
        "OpenBLAS runs {} threads in each call though told to run 1, and dtheta runs its own; "
        "install the pthread build (Debian: libopenblas0-pthread) or set OMP_NUM_THREADS=1 in the "
        "environment ({})",
        threads, openblas_get_config()));
  }
}

std::string restrict_vector_kernels(Kernels kernels) {
#if HWY_ARCH_X86
  if (kernels == Kernels::avx2) hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL);
#endif
  const std::int64_t usable = hwy::SupportedTargets() & HWY_TARGETS;
  const std::string best = hwy::TargetName(usable & -usable);  // the lowest bit is the best
  if (best.starts_with("AVX3")) return "avx512";               // Highway's name for AVX-512
  std::string name;
  for (const char c : best) name += static_cast<char>(std::tolower(c));
  return name;
}

BlasFacts prepare(Kernels kernels) {
  require_cpu(kernels, usable_vector_sets());
  BlasFacts facts;
  facts.found_core = openblas_get_corename();
  if (kernels == Kernels::automatic) {
    choose_core(facts.found_core, facts.warnings);
  } else {
    force_core(kernels, facts.found_core);
  }
  facts.core = openblas_get_corename();
  facts.config = openblas_get_config();
  facts.version = facts.config.substr(0, facts.config.find(' ', sizeof "OpenBLAS"));
  facts.kernels = restrict_vector_kernels(kernels);
  facts.max_callers = max_blas_callers(facts.config);
  if (facts.max_callers == 1) {
    facts.warnings.push_back(fmt::format(
        "this OpenBLAS does not say that several threads may call it, so only one will; "
        "install the pthread build (Debian: libopenblas0-pthread) ({})",
        facts.config));
  }
  force_one_thread();
  return facts;
}

struct Prepared {
  Kernels kernels;
  BlasFacts facts;
};

}  // namespace

Kernels parse_kernels(std::string_view name) {
  for (const Kernels kernels : {Kernels::automatic, Kernels::avx2, Kernels::avx512}) {
    if (kernels_name(kernels) == name) return kernels;
  }
  throw UsageError(fmt::format("kernels '{}' are unknown; use auto, avx2 or avx512", name));
}

std::string_view kernels_name(Kernels kernels) {
  switch (kernels) {
    case Kernels::avx2:
      return "avx2";
    case Kernels::avx512:
      return "avx512";
    case Kernels::automatic:
      break;
  }
  return "auto";
}

std::string fitting_blas_core(std::string_view found, std::span<const std::string> vector_sets) {
  constexpr auto before_avx2 = std::to_array<std::string_view>(
      {"Katmai",      "Coppermine", "Northwood", "Prescott",     "Banias",
       "Atom",        "Core2",      "Penryn",    "Dunnington",   "Nehalem",
       "Athlon",      "Opteron",    "Barcelona", "Opteron_SSE3", "Nano",
       "Sandybridge", "Bobcat",     "Bulldozer", "Piledriver",   "Steamroller"});
  constexpr auto of_avx2 = std::to_array<std::string_view>({"Haswell", "Zen", "Excavator"});
  const bool is_old = std::ranges::find(before_avx2, found) != before_avx2.end();
  const bool is_of_avx2 = std::ranges::find(of_avx2, found) != of_avx2.end();
  if ((is_old || is_of_avx2) && has_avx512(vector_sets)) return "SkylakeX";
  if (is_old && has_avx2(vector_sets)) return "Haswell";
  return std::string(found);
}

int max_blas_callers(std::string_view config) {
  constexpr std::string_view key = "MAX_THREADS=";
  const std::size_t place = config.find(key);
  int threads = 0;
  if (place != std::string_view::npos) {
    const std::string_view number = config.substr(place + key.size());
    std::from_chars(number.data(), number.data() + number.size(), threads);
  }
  return std::max(1, 2 * threads - 1);
}

const BlasFacts& prepare_blas(Kernels kernels) {
  static const Prepared prepared{kernels, prepare(kernels)};
  if (kernels != Kernels::automatic && kernels != prepared.kernels) {
    throw UsageError(
        fmt::format("kernels {} are asked for, but {} are in use already; choose them before the "
                    "first product",
                    kernels_name(kernels), kernels_name(prepared.kernels)));
  }
  return prepared.facts;
}

}  // namespace dtheta
