#include "dtheta/storage/class_list.hpp"

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {

std::optional<ClassList> read_class_list(const hdf5::Reader& file, const std::string& path) {
  if (path.empty()) return std::nullopt;
  ClassList list;
  if (file.holds_texts(path)) {
    list.names = file.read_texts(path);
  } else {
    const hdf5::ArrayInfo info = file.describe(path);
    const bool are_real = info.type == ElementType::float32 || info.type == ElementType::float64;
    if (are_real || info.shape.size() > most_unnamed_classes) {
      file.fail(path,
                fmt::format("lists classes as {} numbers of type {}; wanted texts, or at most "
                            "{} whole numbers",
                            with_separators(info.shape.size()), element_name(info.type),
                            with_separators(most_unnamed_classes)));
    }
    const AlignedBuffer<double> numbers = file.read_doubles(path);
    list.numbers.assign(numbers.span().begin(), numbers.span().end());
    for (const double number : list.numbers) list.names.push_back(fmt::format("{}", number));
  }
  if (list.names.empty()) file.fail(path, "names no class");
  return list;
}

}  // namespace dtheta
