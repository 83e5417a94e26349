"""Keras 3 over TensorFlow as a peer: the same two networks, trained with `compile` and `train_on_batch` as its guide has it."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy
import tensorflow

from lines import batch_of, serve, weights_of


@keras.saving.register_keras_serializable()
class StandardisedConv(keras.layers.Layer):
    """Convolution whose filters have mean 0 and variance 2 / fan-in, times a gain; bias, ReLU."""

    def __init__(self, filters, size, **rest):
        super().__init__(**rest)
        self.filters, self.size = filters, size

    def build(self, shape):
        kernel = (self.size, self.size, shape[-1], self.filters)
        self.kernel = self.add_weight(shape=kernel, initializer="he_normal", name="kernel")
        self.gain = self.add_weight(shape=(self.filters,), initializer="ones", name="gain")
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, x):
        kernel = keras.ops.cast(self.kernel, "float32")
        mean, variance = keras.ops.moments(kernel, [0, 1, 2], keepdims=True)
        fan_in = self.size * self.size * self.kernel.shape[2]
        scale = keras.ops.rsqrt(variance + 1e-8) * (2 / fan_in) ** 0.5 * keras.ops.cast(self.gain, "float32")
        standard = keras.ops.cast((kernel - mean) * scale, self.compute_dtype)
        y = keras.ops.conv(x, standard, padding="same")
        return keras.ops.relu(y + keras.ops.cast(self.bias, self.compute_dtype))


class KerasPeer:
    def __init__(self, description):
        base, depth = description["base"], description["depth"]
        self.precision = description["precision"]
        keras.utils.set_random_seed(1)
        keras.mixed_precision.set_global_policy("mixed_bfloat16" if self.precision == "bfloat16" else "float32")
        self.layers = []
        course = description["network"] == "course"
        self.model = self.build(base, depth, course)
        if "weights" in description:
            self.take(description)
        self.model.compile(optimizer=keras.optimizers.Adam(1e-4), loss="binary_crossentropy")
        self.images, self.targets = batch_of(description)

    def build(self, base, depth, course):
        def keep(layer):
            self.layers.append(layer)
            return layer

        def conv(x, filters, size):
            if not course:
                return keep(StandardisedConv(filters, size))(x)
            options = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
            return keep(keras.layers.Conv2D(filters, size, **options))(x)

        def pair(x, filters):
            return conv(conv(x, filters, 3), filters, 3)

        image = x = keras.Input((None, None, 1))
        skips = []
        for level in range(depth + 1):
            if level > 0:
                x = keras.layers.MaxPooling2D(2)(x)
            x = pair(x, base * 2**level)
            if course and level >= depth - 1:
                x = keras.layers.Dropout(0.5)(x)
            skips.append(x)
        for level in reversed(range(depth)):
            channels = base * 2**level
            if course:
                x = conv(keras.layers.UpSampling2D(2)(x), channels, 2)
            else:
                x = keras.layers.UpSampling2D(2)(keep(keras.layers.Conv2D(channels, 1))(x))
            x = pair(keras.layers.Concatenate()([skips[level], x]), channels)
        if course:
            x = conv(x, 2, 3)
        # As Keras advises: the last layer in float32 whatever the policy.
        x = keep(keras.layers.Conv2D(1, 1, activation="sigmoid", dtype="float32"))(x)
        return keras.Model(image, x)

    def take(self, description):
        shapes = [weight.shape for layer in self.layers for weight in layer.weights]
        arrays = iter(weights_of(description, shapes))
        for layer in self.layers:
            layer.set_weights([next(arrays) for _ in layer.weights])

    def told(self):
        return {
            "parameters": self.model.count_params(),
            "versions": {"Keras": keras.__version__, "TensorFlow": tensorflow.__version__},
            "compiled": f"jit_compile {self.model.jit_compile}",
        }

    def step(self, count):
        loss = 0.0
        for _ in range(count):
            loss = self.model.train_on_batch(self.images, self.targets)
        return loss

    def predict(self, image):
        return self.model.predict_on_batch(image[None, :, :, None])[0, :, :, 0]

    def check(self):
        return self.model.predict_on_batch(self.images).astype(numpy.float32).ravel()


serve(KerasPeer)
