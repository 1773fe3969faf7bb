#include "dtheta/model/model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"

namespace dtheta {
namespace {

constexpr std::array<std::pair<std::string_view, Initializer>, 5> initializers{{
    {"zeros", Initializer::zeros},
    {"he", Initializer::he},
    {"glorot", Initializer::glorot},
    {"uniform", Initializer::uniform},
    {"normal", Initializer::normal},
}};

double draw(Initializer initializer, const ParameterSpec& spec, Philox& random) {
  const auto fan_in = static_cast<double>(spec.fan_in);
  const auto fan_out = static_cast<double>(spec.fan_out);
  switch (initializer) {
    case Initializer::zeros:
      return 0;
    case Initializer::he:
      return random.normal() * std::sqrt(2 / fan_in);
    case Initializer::glorot: {
      const double bound = std::sqrt(6 / (fan_in + fan_out));
      return random.uniform(-bound, bound);
    }
    case Initializer::uniform: {
      const double bound = 1 / std::sqrt(fan_in);
      return random.uniform(-bound, bound);
    }
    case Initializer::normal:
      return random.normal() * 0.01;
  }
  return 0;
}

}  // namespace

Initializer parse_initializer(std::string_view name) {
  for (const auto& [known, initializer] : initializers) {
    if (known == name) return initializer;
  }
  throw UsageError(fmt::format(
      "'{}' is not an initializer; known are zeros, he, glorot, uniform and normal", name));
}

std::string_view initializer_name(Initializer initializer) {
  return initializers[static_cast<std::size_t>(initializer)].first;
}

template <std::floating_point T>
Model<T> make_model(NetworkSpec spec, std::string loss, Initializer initializer,
                    std::uint64_t seed) {
  const auto network = std::make_shared<const Network<T>>(std::move(spec));
  Model<T> model{.network = network,
                 .theta = AlignedBuffer<T>(network->theta_size()),
                 .loss = std::move(loss),
                 .input = {},
                 .class_names = {}};
  for (std::size_t p = 0; p < network->parameters().size(); ++p) {
    const ParameterSpec& parameter = network->parameters()[p].spec;
    const std::span<T> numbers = network->parameter(model.theta.span(), p).span();
    if (parameter.start) {
      std::ranges::fill(numbers, static_cast<T>(*parameter.start));
      continue;
    }
    Philox random(seed, Purpose::initialization, 0, p);
    for (T& number : numbers) {
      number = static_cast<T>(draw(initializer, parameter, random));
    }
  }
  return model;
}

template Model<float> make_model(NetworkSpec, std::string, Initializer, std::uint64_t);
template Model<double> make_model(NetworkSpec, std::string, Initializer, std::uint64_t);

}  // namespace dtheta
