#include "dtheta/benchmark/random_data.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "dtheta/core/random.hpp"

namespace dtheta {
namespace {

AlignedBuffer<std::byte> random_bytes(Size size) {
  AlignedBuffer<std::byte> bytes(size);
  Philox random(1, Purpose::input, 0, 0);
  Size i = 0;
  for (; i + 4 <= size; i += 4) {
    const std::uint32_t bits = random.bits();
    std::memcpy(bytes.data() + i, &bits, sizeof bits);
  }
  for (; i < size; ++i) bytes[i] = static_cast<std::byte>(random.bits() & 0xff);
  return bytes;
}

AlignedBuffer<std::byte> random_floats(Size size) {
  AlignedBuffer<std::byte> bytes(size * static_cast<Size>(sizeof(float)));
  Philox random(1, Purpose::input, 0, 0);
  for (Size i = 0; i < size; ++i) {
    const auto number = static_cast<float>(random.bits() >> 8) * 0x1p-24F;  // below 1 in float, too
    std::memcpy(bytes.data() + i * static_cast<Size>(sizeof number), &number, sizeof number);
  }
  return bytes;
}

}  // namespace

Dataset random_data(const DataTraits& traits, Size samples) {
  const bool is_picture = traits.sample_shape.rank() == 3;
  const ElementType type = is_picture ? ElementType::uint8 : ElementType::float32;
  const Size size = samples * traits.sample_shape.size();
  AlignedBuffer<std::byte> x = is_picture ? random_bytes(size) : random_floats(size);
  Philox random(1, Purpose::input, 0, 1);
  if (traits.classes == 0) {
    AlignedBuffer<double> values(samples * traits.values_per_sample);
    for (double& value : values.span()) value = random.normal();
    return {type, traits.sample_shape, std::move(x), std::move(values), traits.values_per_sample};
  }
  std::vector<std::int32_t> labels(static_cast<std::size_t>(samples));
  for (auto& label : labels) label = static_cast<std::int32_t>(random.below(traits.classes));
  std::vector<std::string> names;
  for (Size c = 0; c < traits.classes; ++c) names.push_back(std::to_string(c));
  return {type, traits.sample_shape, std::move(x), std::move(labels), std::move(names)};
}

}  // namespace dtheta
