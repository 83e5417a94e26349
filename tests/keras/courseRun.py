"""The run of the course notes by Keras itself: ImageDataGenerator, fit, ModelCheckpoint, predict.

    pip install keras tensorflow-cpu scipy scikit-image pillow h5py
    python courseRun.py DATA OUT --train 0-14 --test 15-19 --epochs 10

DATA holds image/ and label/. OUT gets unet.weights.h5, the weights of the best epoch, and predicted/<n>.png in the size of the
sections, which `cotrace score --prediction OUT/predicted` takes. `cotrace train --preset course` of the same sections,
epochs and steps is to end within 0.01 of its V_Rand.
"""

import argparse
import os
import shutil
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(
    0, os.path.join(os.path.dirname(__file__), "../../packages/training/src/keras/testing")
)

import keras
import numpy as np
import scipy.ndimage
from PIL import Image
from skimage.transform import resize

if not hasattr(scipy.ndimage, "interpolation"):  # removed from SciPy; Keras's legacy module still names it so
    scipy.ndimage.interpolation = scipy.ndimage
from keras.src.legacy.preprocessing.image import ImageDataGenerator

from kerasCourse import course_unet

AUGMENTATION = dict(
    rotation_range=20,
    width_shift_range=0.05,
    height_shift_range=0.05,
    shear_range=0.05,
    zoom_range=0.05,
    horizontal_flip=True,
    fill_mode="nearest",
)


def numbers(text):
    found = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def batches(folder, side, batch, seed):
    """Pairs of image and mask in 0...1, as the notes' trainGenerator and adjustData yield them."""

    def flow(kind):
        return ImageDataGenerator(**AUGMENTATION).flow_from_directory(
            folder,
            classes=[kind],
            class_mode=None,
            color_mode="grayscale",
            target_size=(side, side),
            batch_size=batch,
            seed=seed,
        )

    for image, mask in zip(flow("image"), flow("label")):
        yield image / 255, (mask / 255 > 0.5).astype("float32")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--train", default="0-14")
    parser.add_argument("--test", default="15-19")
    parser.add_argument("--base", type=int, default=64)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--steps-per-epoch", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    of = parser.parse_args()
    keras.utils.set_random_seed(of.seed)
    os.makedirs(os.path.join(of.out, "predicted"), exist_ok=True)
    best = os.path.join(of.out, "unet.weights.h5")
    model = course_unet(of.base, of.depth, 2, 0.5, of.side)
    with tempfile.TemporaryDirectory() as chosen:
        for kind in ("image", "label"):
            os.makedirs(os.path.join(chosen, kind))
            for number in numbers(of.train):
                shutil.copy(os.path.join(of.data, kind, f"{number}.png"), os.path.join(chosen, kind))
        model.fit(
            batches(chosen, of.side, of.batch, 1),
            steps_per_epoch=of.steps_per_epoch,
            epochs=of.epochs,
            callbacks=[
                keras.callbacks.ModelCheckpoint(
                    best, monitor="loss", save_best_only=True, save_weights_only=True
                )
            ],
            verbose=2,
        )
    model.load_weights(best)
    for number in numbers(of.test):
        section = np.asarray(Image.open(os.path.join(of.data, "image", f"{number}.png"))) / 255
        image = resize(section, (of.side, of.side)).astype("float32")
        answer = model.predict(image[None, ..., None], verbose=0)[0, ..., 0]
        whole = np.clip(resize(answer, section.shape), 0, 1)
        grey = (255 * whole).round().astype("u1")
        Image.fromarray(grey).save(os.path.join(of.out, "predicted", f"{number}.png"))


if __name__ == "__main__":
    main()
