"""Writes augmentation.json: what Keras's ImageDataGenerator and scikit-image's resize make of a small picture.

    pip install keras tensorflow-cpu scipy scikit-image pillow
    python kerasAugmentation.py > augmentation.json
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image
import scipy.ndimage

if not hasattr(scipy.ndimage, "interpolation"):  # removed from SciPy; Keras's legacy module still names it so
    scipy.ndimage.interpolation = scipy.ndimage
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from skimage.transform import resize

SIDE = 12
random = np.random.default_rng(7)
image = random.integers(0, 256, (SIDE, SIDE)).astype("float32")
mask = np.zeros((SIDE, SIDE), "float32")
mask[3:9, 2:8] = 255
mask[6:, 9:] = 255

generator = ImageDataGenerator(
    rotation_range=0.2 * 100,
    width_shift_range=0.05,
    height_shift_range=0.05,
    shear_range=0.05,
    zoom_range=0.05,
    horizontal_flip=True,
    fill_mode="nearest",
)


def moved(picture, transform):
    return generator.apply_transform(picture[..., None], transform)[..., 0]


cases = []
for seed in range(6):
    transform = generator.get_random_transform((SIDE, SIDE, 1), seed)
    if seed == 5:
        # Larger than any that is drawn: shear in degrees and the order of the factors show.
        transform |= {"theta": 35.0, "tx": 3.0, "ty": -2.0, "shear": 25.0, "zx": 0.7, "zy": 1.3}
    named = {name: float(transform[name]) for name in ("theta", "tx", "ty", "shear", "zx", "zy")}
    named["flipHorizontal"] = bool(transform["flip_horizontal"])
    label = moved(mask, transform) / 255
    cases.append(
        {
            "transform": named,
            "image": (moved(image, transform) / 255).round(6).ravel().tolist(),
            "mask": (label > 0.5).astype(int).ravel().tolist(),
        }
    )

tall = random.random((10, 16), dtype="float32")
json.dump(
    {
        "side": SIDE,
        "image": image.ravel().tolist(),
        "mask": (mask / 255).astype(int).ravel().tolist(),
        "cases": cases,
        "resize": {
            "width": 16,
            "height": 10,
            "values": tall.round(6).ravel().tolist(),
            "to": {"width": 8, "height": 8},
            "smoothed": resize(tall.round(6), (8, 8)).round(6).ravel().tolist(),
            "enlarged": resize(tall.round(6), (14, 20)).round(6).ravel().tolist(),
            "nearest": np.asarray(Image.fromarray(tall.round(6)).resize((8, 6), Image.Resampling.NEAREST))
            .round(6)
            .ravel()
            .tolist(),
        },
    },
    sys.stdout,
)
