#include "dtheta/storage/hdf5_texts.hpp"

#include <string_view>

#include <hdf5.h>

namespace dtheta::hdf5 {
namespace {

/// The strings of a buffer that HDF5 filled with pointers, given back to HDF5 at the end.
class VariableTexts {
 public:
  VariableTexts(Id type, Id space, Size count)
      : type_(type), space_(space), pointers_(static_cast<std::size_t>(count)) {}
  ~VariableTexts() { H5Dvlen_reclaim(type_, space_, H5P_DEFAULT, pointers_.data()); }
  VariableTexts(const VariableTexts&) = delete;
  VariableTexts& operator=(const VariableTexts&) = delete;

  char** data() { return pointers_.data(); }
  std::vector<std::string> texts() const {
    std::vector<std::string> result;
    for (const char* text : pointers_) result.emplace_back(text == nullptr ? "" : text);
    return result;
  }

 private:
  Id type_;
  Id space_;
  std::vector<char*> pointers_;
};

/// Strings of fixed length, with what pads them taken off.
std::vector<std::string> split_fixed(std::string_view characters, std::size_t length, Id type) {
  const H5T_str_t padding = H5Tget_strpad(type);
  std::vector<std::string> texts;
  for (; !characters.empty(); characters.remove_prefix(length)) {
    std::string_view text = characters.substr(0, length);
    if (padding == H5T_STR_NULLTERM) text = text.substr(0, text.find('\0'));
    const char pad = padding == H5T_STR_SPACEPAD ? ' ' : '\0';
    text = text.substr(0, text.find_last_not_of(pad) + 1);
    texts.emplace_back(text);
  }
  return texts;
}

}  // namespace

std::vector<std::string> take_texts(Id type, Id space, Size count,
                                    const std::function<void(void*)>& read) {
  if (H5Tis_variable_str(type) > 0) {
    VariableTexts texts(type, space, count);
    read(texts.data());
    return texts.texts();
  }
  const std::size_t length = H5Tget_size(type);
  std::string characters(static_cast<std::size_t>(count) * length, '\0');
  read(characters.data());
  return split_fixed(characters, length, type);
}

}  // namespace dtheta::hdf5
