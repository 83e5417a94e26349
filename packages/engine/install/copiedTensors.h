/**
 * Compiled into the addon before its own sources: a tensor made of a typed array holds a copy.
 *
 * The addon lends TensorFlow the memory of JavaScript and lets go of its reference when TensorFlow frees the tensor.
 * A variable that adopted it is freed by whichever thread assigns the next value, and Node-API may be called on
 * JavaScript's thread alone: the heap breaks, seldom and somewhere else. With a copy the reference ends at once, here.
 */
#pragma once
#include <cstring>
#include "tensorflow/c/tf_tensor.h"

static TF_Tensor* CopiedTensor(TF_DataType type, const int64_t* shape, int dimensions, void* data, size_t bytes,
                               void (*release)(void* data, size_t bytes, void* argument), void* argument) {
  TF_Tensor* tensor = TF_AllocateTensor(type, shape, dimensions, bytes);
  if (bytes > 0) std::memcpy(TF_TensorData(tensor), data, bytes);
  release(data, bytes, argument);
  return tensor;
}

#define TF_NewTensor CopiedTensor
