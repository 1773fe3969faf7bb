/// CatalogEntry: how a layer stands in the catalog.
#pragma once

namespace dtheta {

/// What the catalog has to know of the layers that an options struct describes; specialized beside
/// each of them, as
///
///   template <>
///   struct CatalogEntry<DenseOptions> {
///     template <std::floating_point T>
///     using LayerClass = Dense<T>;                        // constructed from the options
///     static constexpr std::array<std::string_view, 1> names{"dense"};   // in a layer list
///     static constexpr std::string_view grammar = "dense UNITS [ACTIVATION]";
///     static DenseOptions read(std::string_view name, LayerWords& words);
///     static std::string text(const DenseOptions& options);
///   };
///
/// Options that several classes serve have, instead of LayerClass,
///
///     template <std::floating_point T>
///     static std::unique_ptr<Layer<T>> make(const Conv2dOptions& options);
///
/// `names` are the words that begin an entry of a layer list. `read` gets the one that was found
/// and the words behind it, and takes those that are its own; it need not check ranges, which the
/// class does when it is constructed. `text` is the entry that reads back to the same options. The
/// `grammar` is an entry a line for help texts, with words of the list in lower case, remarks in
/// parentheses.
template <class Options>
struct CatalogEntry;

}  // namespace dtheta
