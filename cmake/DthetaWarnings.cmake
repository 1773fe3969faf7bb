# dtheta_warnings(TARGET): the warnings every target of this project is clean of.
# -Wno-restrict: g++ 12 warns of std::string's own operator+ (GCC bug 105651).
function(dtheta_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                         $<$<BOOL:${DTHETA_WERROR}>:-Werror>)
endfunction()
