"""PyTorch as a peer: the same two networks, channels last, Adam fused, autocast for bfloat16."""

import torch
from torch import nn
from torch.nn import functional

from lines import batch_of, serve, weights_of

# Only CPUs are compared here.
DEVICE = "cpu"


class Conv(nn.Module):
    """Convolution of the same size, ReLU; with standardised filters: mean 0, variance 2 / fan-in, times a gain."""

    def __init__(self, before, after, size, standardised):
        super().__init__()
        self.size, self.standardised = size, standardised
        self.filter = nn.Parameter(torch.empty(after, before, size, size))
        nn.init.kaiming_normal_(self.filter)
        if standardised:
            self.gain = nn.Parameter(torch.ones(after))
        self.bias = nn.Parameter(torch.zeros(after))

    def forward(self, x):
        filters = self.filter
        if self.standardised:
            variance, mean = torch.var_mean(filters, (1, 2, 3), correction=0, keepdim=True)
            scale = torch.rsqrt(variance + 1e-8) * (2 / filters[0].numel()) ** 0.5 * self.gain[:, None, None, None]
            filters = (filters - mean) * scale
        if self.size == 2:
            # TensorFlow's "same" of an even filter: the odd row of zeros is below and to the right.
            x = functional.pad(x, (0, 1, 0, 1))
        return functional.relu(functional.conv2d(x, filters, self.bias, padding=self.size // 2 if self.size == 3 else 0))


class Unet(nn.Module):
    def __init__(self, base, depth, course):
        super().__init__()
        self.depth, self.course = depth, course
        # In the order in which they are used, which is that of the weights.
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for level in range(depth + 1):
            before = 1 if level == 0 else base * 2 ** (level - 1)
            self.down.append(self.pair(before, base * 2**level))
        for level in reversed(range(depth)):
            channels = base * 2**level
            raised = Conv(2 * channels, channels, 2, False) if course else nn.Conv2d(2 * channels, channels, 1)
            self.up.append(nn.ModuleList([raised, self.pair(2 * channels, channels)]))
        self.few = Conv(base, 2, 3, False) if course else nn.Identity()
        self.out = nn.Conv2d(2 if course else base, 1, 1)

    def pair(self, before, after):
        return nn.Sequential(Conv(before, after, 3, not self.course), Conv(after, after, 3, not self.course))

    def forward(self, x):
        skips = []
        for level, pair in enumerate(self.down):
            x = pair(x if level == 0 else functional.max_pool2d(x, 2))
            if self.course and level >= self.depth - 1:
                x = functional.dropout(x, 0.5, self.training)
            skips.append(x)
        for step, (raised, pair) in enumerate(self.up):
            if self.course:
                x = raised(functional.interpolate(x, scale_factor=2))
            else:
                x = functional.interpolate(raised(x), scale_factor=2)
            x = pair(torch.cat([skips[self.depth - 1 - step], x], 1))
        return self.out(self.few(x))


class TorchPeer:
    def __init__(self, description):
        torch.manual_seed(1)
        self.autocast = description["precision"] == "bfloat16"
        self.network = Unet(description["base"], description["depth"], description["network"] == "course")
        if "weights" in description:
            self.take(description)
        self.network = self.network.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-4, eps=1e-7, fused=True)
        self.forward = torch.compile(self.network) if description.get("compiled") else self.network
        images, targets = (torch.from_numpy(values).permute(0, 3, 1, 2) for values in batch_of(description))
        self.images = images.contiguous(memory_format=torch.channels_last)
        self.targets = targets.contiguous(memory_format=torch.channels_last)

    def take(self, description):
        """Filters come as [h, w, in, out]."""
        own = list(self.network.parameters())
        shapes = [tuple(p.shape[axis] for axis in (2, 3, 1, 0)) if p.dim() == 4 else tuple(p.shape) for p in own]
        with torch.no_grad():
            for parameter, array in zip(own, weights_of(description, shapes)):
                values = torch.from_numpy(array)
                parameter.copy_(values.permute(3, 2, 0, 1) if parameter.dim() == 4 else values)

    def told(self):
        return {
            "parameters": sum(parameter.numel() for parameter in self.network.parameters()),
            "versions": {"PyTorch": torch.__version__.split("+")[0]},
            "compiled": f"{torch.get_num_threads()} threads",
        }

    def logits(self, images):
        with torch.autocast(DEVICE, torch.bfloat16, enabled=self.autocast):
            return self.forward(images).float()

    def step(self, count):
        loss = torch.zeros(())
        for _ in range(count):
            self.optimizer.zero_grad(set_to_none=True)
            loss = functional.binary_cross_entropy_with_logits(self.logits(self.images), self.targets)
            loss.backward()
            self.optimizer.step()
        return loss.item()

    def probabilities(self, images):
        self.network.eval()
        with torch.inference_mode():
            result = torch.sigmoid(self.logits(images))
        self.network.train()
        return result

    def predict(self, image):
        images = torch.from_numpy(image)[None, None].contiguous(memory_format=torch.channels_last)
        return self.probabilities(images)[0, 0].numpy()

    def check(self):
        return self.probabilities(self.images).permute(0, 2, 3, 1).ravel().numpy()


serve(TorchPeer)
