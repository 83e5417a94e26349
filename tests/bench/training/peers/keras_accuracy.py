"""Keras's own runs on the real sections: the course's recipe as its notes have it, and the reference of the default one.

`keras_accuracy.py '{"recipe": …, "minutes" or "steps": …, "folder": …, "work": …, "train": […], "score": […]}'` writes
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
import scipy.ndimage
from keras import layers
from PIL import Image

if not hasattr(scipy.ndimage, "interpolation"):  # removed from SciPy; Keras's legacy module still names it so
    scipy.ndimage.interpolation = scipy.ndimage
from keras.src.legacy.preprocessing.image import ImageDataGenerator

SIDE = 256


def read(folder, kind, number):
    return numpy.asarray(Image.open(pathlib.Path(folder) / kind / f"{number}.png").convert("L"), numpy.float32) / 255


def unet(base, convolution, raise_up, drop, few):
    image = x = keras.Input((None, None, 1))
    skips = []
    for level in range(5):
        if level > 0:
            x = layers.MaxPooling2D(2)(x)
        x = convolution(convolution(x, base * 2**level), base * 2**level)
        if drop and level >= 3:
            x = layers.Dropout(0.5)(x)
        skips.append(x)
    for level in reversed(range(4)):
        x = layers.Concatenate()([skips[level], raise_up(x, base * 2**level)])
        x = convolution(convolution(x, base * 2**level), base * 2**level)
    if few:
        x = layers.Conv2D(2, 3, activation="relu", padding="same", kernel_initializer="he_normal")(x)
    return keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid")(x))


def train_course(asked):
    """Notes: the folder scaled to 256², rotation 20°, shifts, shear and zoom 0.05, horizontal flip; Adam 1e-4; batch 2."""
    activated = {"activation": "relu", "padding": "same", "kernel_initializer": "he_normal"}
    model = unet(
        64,
        lambda x, filters: layers.Conv2D(filters, 3, **activated)(x),
        lambda x, filters: layers.Conv2D(filters, 2, **activated)(layers.UpSampling2D(2)(x)),
        drop=True,
        few=True,
    )
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss="binary_crossentropy", metrics=["accuracy"])
    part = pathlib.Path(asked["work"]) / "train"
    for kind in ("image", "label"):
        (part / kind).mkdir(parents=True)
        for number in asked["train"]:
            (part / kind / f"{number}.png").symlink_to(pathlib.Path(asked["folder"]).resolve() / kind / f"{number}.png")
    ranges = {"width_shift_range": 0.05, "height_shift_range": 0.05, "shear_range": 0.05, "zoom_range": 0.05}
    generator = ImageDataGenerator(rotation_range=20, horizontal_flip=True, fill_mode="nearest", **ranges)

    def flow(kind):
        options = {"class_mode": None, "color_mode": "grayscale", "target_size": (SIDE, SIDE), "batch_size": 2}
        return generator.flow_from_directory(str(part), classes=[kind], seed=1, **options)

    best, best_weights, steps, losses = math.inf, None, 0, []
    ends = ending(asked)
    for images, masks in zip(flow("image"), flow("label")):
        losses.append(float(model.train_on_batch(images / 255, (masks / 255 > 0.5).astype("float32"), return_dict=True)["loss"]))
        steps += 1
        over = ends(steps) >= 1
        # The notes' epochs: 300 steps each; the weights of the one with the least loss are kept.
        if steps % 300 == 0 or over:
            # train_on_batch answers the mean since the metrics began.
            if losses[-1] < best or best_weights is None:
                best, best_weights = losses[-1], model.get_weights()
            model.reset_metrics()
        if over:
            break
    model.set_weights(best_weights)

    def predict(image):
        small = numpy.asarray(Image.fromarray(image).resize((SIDE, SIDE), Image.BILINEAR))
        result = model.predict_on_batch(small[None, :, :, None])[0, :, :, 0]
        return numpy.asarray(Image.fromarray(result).resize(image.shape[::-1], Image.BILINEAR))

    return steps, predict


def train_default(asked):
    """Reference: base 16 with batch normalisation, 256² crops in eight turns and other light, batch 4, cosine from 1e-3."""

    def convolution(x, filters):
        x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))

    model = unet(16, convolution, lambda x, filters: layers.UpSampling2D(2)(layers.Conv2D(filters, 1)(x)), False, False)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy")
    images = [standardised(read(asked["folder"], "image", number)) for number in asked["train"]]
    masks = [(read(asked["folder"], "label", number) > 0.5).astype(numpy.float32) for number in asked["train"]]
    random = numpy.random.default_rng(1)
    ends = ending(asked)
    steps = 0
    while True:
        done = ends(steps)
        if done >= 1:
            break
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


def ending(asked):
    """Share of the run that is over after so many steps."""
    started = time.perf_counter()
    if asked.get("steps"):
        return lambda steps: steps / asked["steps"]
    return lambda _: (time.perf_counter() - started) / (60 * asked["minutes"])


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
    steps, predict = {"course": train_course, "default": train_default}[asked["recipe"]](asked)
    work = pathlib.Path(asked["work"])
    images = [read(asked["folder"], "image", number) for number in asked["score"]]
    numpy.stack([predict(image) for image in images]).astype(numpy.float32).tofile(work / "plain.f32")
    numpy.stack([eight_turns(predict, image) for image in images]).astype(numpy.float32).tofile(work / "averaged.f32")
    print(json.dumps({"steps": steps}))


main()
