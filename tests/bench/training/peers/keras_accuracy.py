"""A good run of Keras on the real sections, which our default recipe is held against.

`keras_accuracy.py '{"minutes": …, "folder": …, "work": …, "train": […], "score": […]}'` writes
plain.f32 and averaged.f32 (probability of "cell", one section after the other) into `work` and prints {"steps": n}.
"""

import json
import math
import os
import pathlib
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy
from keras import layers
from PIL import Image

SIDE = 256


def read(folder, kind, number):
    return numpy.asarray(Image.open(pathlib.Path(folder) / kind / f"{number}.png").convert("L"), numpy.float32) / 255


def convolution(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


def unet(base):
    image = x = keras.Input((None, None, 1))
    skips = []
    for level in range(5):
        if level > 0:
            x = layers.MaxPooling2D(2)(x)
        x = convolution(convolution(x, base * 2**level), base * 2**level)
        skips.append(x)
    for level in reversed(range(4)):
        x = layers.UpSampling2D(2)(layers.Conv2D(base * 2**level, 1)(x))
        x = layers.Concatenate()([skips[level], x])
        x = convolution(convolution(x, base * 2**level), base * 2**level)
    return keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid")(x))


def train(asked):
    """Reference: base 16 with batch normalisation, 256² crops in eight turns and other light, batch 4, cosine from 1e-3."""
    model = unet(16)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy")
    images = [standardised(read(asked["folder"], "image", number)) for number in asked["train"]]
    masks = [(read(asked["folder"], "label", number) > 0.5).astype(numpy.float32) for number in asked["train"]]
    random = numpy.random.default_rng(1)
    started = time.perf_counter()
    steps = 0
    while (done := (time.perf_counter() - started) / (60 * asked["minutes"])) < 1:
        crops = [crop(random, images, masks) for _ in range(4)]
        model.optimizer.learning_rate.assign(0.5e-3 * (1 + math.cos(math.pi * done)) + 1e-6)
        model.train_on_batch(numpy.stack([c[0] for c in crops])[..., None], numpy.stack([c[1] for c in crops])[..., None])
        steps += 1
    return steps, lambda image: model.predict_on_batch(standardised(image)[None, :, :, None])[0, :, :, 0]


def crop(random, images, masks):
    index = random.integers(len(images))
    height, width = images[index].shape
    y, x = random.integers(height - SIDE + 1), random.integers(width - SIDE + 1)
    image, mask = (stack[index][y : y + SIDE, x : x + SIDE] for stack in (images, masks))
    quarter, flip = random.integers(4), random.integers(2)
    image, mask = (numpy.rot90(part, quarter) for part in (image, mask))
    if flip:
        image, mask = image.T, mask.T
    return image * 2 ** random.uniform(-0.25, 0.25) + random.uniform(-0.2, 0.2), mask


def standardised(image):
    return (image - image.mean()) / image.std()


def eight_turns(predict, image):
    total = numpy.zeros(image.shape, numpy.float32)
    for turn in range(8):
        seen = numpy.rot90(image, turn % 4)
        back = predict(numpy.ascontiguousarray(seen.T if turn >= 4 else seen))
        total += numpy.rot90(back.T if turn >= 4 else back, -(turn % 4))
    return total / 8


def main():
    asked = json.loads(sys.argv[1])
    keras.utils.set_random_seed(1)
    steps, predict = train(asked)
    work = pathlib.Path(asked["work"])
    images = [read(asked["folder"], "image", number) for number in asked["score"]]
    numpy.stack([predict(image) for image in images]).astype(numpy.float32).tofile(work / "plain.f32")
    numpy.stack([eight_turns(predict, image) for image in images]).astype(numpy.float32).tofile(work / "averaged.f32")
    print(json.dumps({"steps": steps}))


main()
