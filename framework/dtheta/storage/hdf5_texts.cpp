#include "dtheta/storage/hdf5_texts.hpp"

#include <string_view>

#include <hdf5.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_heap.hpp"

namespace dtheta::hdf5 {
namespace {

/// A conversion of HDF5 that leaves references into the heap as they are on disk.
herr_t keep_reference(hid_t from, hid_t to, H5T_cdata_t* state, std::size_t, std::size_t,
                      std::size_t, void*, void*, hid_t) {
  if (state->command != H5T_CONV_INIT) return 0;
  state->need_bkg = H5T_BKG_NO;
  const bool fits =
      H5Tget_size(from) == HeapReference::bytes && H5Tget_size(to) == HeapReference::bytes;
  return fits ? 0 : -1;
}

GlobalHeap heap_of(const RawFile& file) {
  if (file.address_bytes() != 8 || file.length_bytes() != 8) {
    throw DataError("is text of variable length in a file whose addresses are not of 8 bytes");
  }
  return GlobalHeap(file);
}

std::vector<std::string> resolve(std::span<const char> references, GlobalHeap heap) {
  std::vector<std::string> texts;
  for (auto rest = std::as_bytes(references); !rest.empty();
       rest = rest.subspan(HeapReference::bytes)) {
    texts.push_back(heap.text(HeapReference(rest.first<HeapReference::bytes>())));
  }
  return texts;
}

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

/// A type of raw bytes that HDF5, while this lives, "converts" stored strings of variable length
/// to: the only way to their references.
class TextBuffer::ReferenceType {
 public:
  ReferenceType() : bytes_(H5Tcreate(H5T_OPAQUE, HeapReference::bytes)), text_(H5Tcopy(H5T_C_S1)) {
    H5Tset_size(text_.get(), H5T_VARIABLE);
    H5Tregister(H5T_PERS_SOFT, name, text_.get(), bytes_.get(), &keep_reference);
  }
  ~ReferenceType() {
    H5Tunregister(H5T_PERS_SOFT, name, text_.get(), bytes_.get(), &keep_reference);
  }
  ReferenceType(const ReferenceType&) = delete;
  ReferenceType& operator=(const ReferenceType&) = delete;

  Id get() const { return bytes_.get(); }

 private:
  static constexpr const char* name = "dtheta: keep the reference";
  Handle bytes_;
  Handle text_;
};

TextBuffer::TextBuffer(Id type, Size count) : type_(type) {
  std::size_t length = H5Tget_size(type);
  if (H5Tis_variable_str(type) > 0) {
    references_ = std::make_unique<ReferenceType>();
    length = HeapReference::bytes;
  }
  bytes_.resize(static_cast<std::size_t>(count) * length);
}

TextBuffer::~TextBuffer() = default;

Id TextBuffer::memory_type() const { return references_ ? references_->get() : type_; }

std::vector<std::string> TextBuffer::texts(const RawFile& file) const {
  if (references_) return resolve(bytes_, heap_of(file));
  return split_fixed({bytes_.data(), bytes_.size()}, H5Tget_size(type_), type_);
}

}  // namespace dtheta::hdf5
