"""Builds the U-Net of the course notes with the real Keras and writes what tests compare with.

    python kerasCourse.py OUT --base 4 --depth 4 --classes 2 --side 32 [--seed 1]

OUT/course.h5           model.save, legacy HDF5 (.hdf5 of Keras 2 has the same layout)
OUT/weights-only.h5     save_weights of Keras 2, the same without model_weights/
OUT/course.weights.h5   save_weights, Keras 3
OUT/input.f32           [2, side, side, 1], 0...1
OUT/output.f32          model.predict of it, [2, side, side, channels]
OUT/targets.u8          class indices, [2, side, side]
OUT/after.weights.h5    after one train_on_batch(input, targets); dropout 0 there
OUT/result.json         loss before that step, and the versions
"""

import argparse
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import h5py
import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras.src.legacy.saving import legacy_h5_format


def course_unet(base, depth, classes, dropout, side):
    """The notes' network: 64, depth 4 and two classes there."""

    def conv(x, filters, size=3):
        return layers.Conv2D(
            filters, size, activation="relu", padding="same", kernel_initializer="he_normal"
        )(x)

    inputs = layers.Input((side, side, 1))
    x = inputs
    skips = []
    for level in range(depth + 1):
        if level > 0:
            x = layers.MaxPooling2D(pool_size=(2, 2))(x)
        x = conv(conv(x, base * 2**level), base * 2**level)
        if level >= depth - 1:
            x = layers.Dropout(dropout)(x)
        skips.append(x)
    for level in reversed(range(depth)):
        up = conv(layers.UpSampling2D(size=(2, 2))(x), base * 2**level, 2)
        x = layers.Concatenate(axis=3)([skips[level], up])
        x = conv(conv(x, base * 2**level), base * 2**level)
    x = conv(x, 2)
    if classes == 2:
        outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
        loss = "binary_crossentropy"
    else:
        outputs = layers.Conv2D(classes, 1, activation="softmax")(x)
        loss = "categorical_crossentropy"
    model = keras.Model(inputs=inputs, outputs=outputs)
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-4), loss=loss, metrics=["accuracy"])
    return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--base", type=int, default=4)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--classes", type=int, default=2)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    of = parser.parse_args()
    os.makedirs(of.out, exist_ok=True)
    at = lambda name: os.path.join(of.out, name)
    keras.utils.set_random_seed(of.seed)
    random = np.random.default_rng(of.seed)

    model = course_unet(of.base, of.depth, of.classes, 0.0, of.side)
    # Biases of a new model are 0, and a bias in the wrong place would not be seen; those above 0 keep its few ReLUs alive.
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel, random.uniform(0.0, 0.1, bias.shape).astype("float32")])

    images = random.random((2, of.side, of.side, 1), dtype="float32")
    images.astype("<f4").tofile(at("input.f32"))
    classes = random.integers(0, of.classes, (2, of.side, of.side)).astype("u1")
    classes.tofile(at("targets.u8"))
    model.predict(images, verbose=0).astype("<f4").tofile(at("output.f32"))
    model.save(at("course.h5"))
    with h5py.File(at("weights-only.h5"), "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    model.save_weights(at("course.weights.h5"))
    targets = classes[..., None].astype("float32") if of.classes == 2 else np.eye(of.classes, dtype="float32")[classes]
    loss, accuracy = model.train_on_batch(images, targets)
    model.save_weights(at("after.weights.h5"))
    with open(at("result.json"), "w") as file:
        json.dump(
            {"loss": float(loss), "accuracy": float(accuracy), "keras": keras.__version__, "tensorflow": tf.__version__},
            file,
        )


if __name__ == "__main__":
    main()
