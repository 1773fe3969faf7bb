# Installs dtheta into an empty folder, runs the installed program, then configures, builds and runs
# a project outside the tree that says find_package(dtheta REQUIRED).
#
# -D SOURCE=  the repository       -D BUILD=  its build tree, whose library is installed
# -D COMPILER= -D FLAGS=  of that tree
# -D PROGRAM=  the installed dtheta below the prefix; none where the tree builds no programs
# -D SHARED=ON  builds a shared library for the purpose and installs that
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${status}")
  endif()
endfunction()

set(folder ${BUILD}/package_test)
set(compiler -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${FLAGS})
if(SHARED)
  set(folder ${BUILD}/package_test_shared)
  set(BUILD ${folder}/dtheta)
  run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G Ninja ${compiler}
      -D BUILD_SHARED_LIBS=ON -D DTHETA_BUILD_TESTS=OFF)
  run(${CMAKE_COMMAND} --build ${BUILD})
endif()

file(REMOVE_RECURSE ${folder}/prefix ${folder}/project)
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${folder}/prefix)
if(PROGRAM)
  run(${folder}/prefix/${PROGRAM} doctor)
endif()
run(${CMAKE_COMMAND} -S ${SOURCE}/tests/project/package -B ${folder}/project -G Ninja ${compiler}
    -D CMAKE_PREFIX_PATH=${folder}/prefix -D EXAMPLES=${SOURCE}/apps/examples)
run(${CMAKE_COMMAND} --build ${folder}/project)
run(${folder}/project/write_dataset ${folder}/project/spirals.h5)
run(${folder}/project/train_from_hdf5 ${folder}/project/spirals.h5 "dense 32, tanh, dense 1"
    ${folder}/project/model.h5)
