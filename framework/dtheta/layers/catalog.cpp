#include "dtheta/layers/catalog.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/layer_words.hpp"

namespace dtheta {
namespace {

/// Calls body(type_identity<Options>()) for every alternative of LayerSpec, in their order.
template <class Body>
void for_each_options(const Body& body) {
  [&]<std::size_t... alternatives>(std::index_sequence<alternatives...>) {
    (body(std::type_identity<std::variant_alternative_t<alternatives, LayerSpec>>()), ...);
  }(std::make_index_sequence<std::variant_size_v<LayerSpec>>());
}

LayerSpec take_layer(LayerWords& words) {
  const std::string_view name = words.take();
  std::optional<LayerSpec> spec;
  for_each_options([&]<class Options>(std::type_identity<Options>) {
    if (std::ranges::count(CatalogEntry<Options>::names, name) == 0) return;
    spec = CatalogEntry<Options>::read(name, words);
  });
  if (!spec) words.refuse(name, "the name of a layer");
  return *spec;
}

}  // namespace

template <std::floating_point T>
std::unique_ptr<Layer<T>> make_layer(const LayerSpec& spec) {
  return std::visit(
      []<class Options>(const Options& options) -> std::unique_ptr<Layer<T>> {
        using Entry = CatalogEntry<Options>;
        if constexpr (requires { Entry::template make<T>(options); }) {
          return Entry::template make<T>(options);
        } else {
          return std::make_unique<typename Entry::template LayerClass<T>>(options);
        }
      },
      spec);
}

template std::unique_ptr<Layer<float>> make_layer(const LayerSpec&);
template std::unique_ptr<Layer<double>> make_layer(const LayerSpec&);

LayerSpec parse_layer(std::string_view entry) {
  LayerWords words(entry, layer_grammar());
  LayerSpec spec = take_layer(words);
  if (!words.peek().empty()) words.refuse(words.peek(), "nothing more, or another order of words");
  try {
    make_layer<double>(spec);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("layer '{}': {}", entry, error.what()));
  }
  return spec;
}

std::string layer_text(const LayerSpec& spec) {
  return std::visit(
      []<class Options>(const Options& options) { return CatalogEntry<Options>::text(options); },
      spec);
}

std::string layer_grammar() {
  std::string grammar;
  for_each_options([&]<class Options>(std::type_identity<Options>) {
    grammar += "  ";
    for (const char c : CatalogEntry<Options>::grammar) {
      grammar += c;
      if (c == '\n') grammar += "  ";
    }
    grammar += '\n';
  });
  return grammar + "  SIZE: (height x width: 3x5, or one number for both)";
}

}  // namespace dtheta
