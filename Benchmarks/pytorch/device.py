#!/usr/bin/env python3
"""Adds what cuBLAS and PyTorch do to the figures of `devices`, and prints the table.

    device.py PATH COMMIT     reads and writes PATH.json, writes PATH.txt

cuBLAS is called by ctypes, with tensor cores off; PyTorch in float32 without TF32, in TF32, and in
bf16. What is not there is "not measured", with the reason.
"""

import ctypes
import datetime
import json
import sys
import time

KINDS = {"float32": ["cuBLAS SGEMM", "PyTorch TF32", "PyTorch bf16"],
         "int8": ["cuBLAS int8", "PyTorch bf16"],
         "gpt": ["PyTorch float32", "PyTorch TF32", "PyTorch bf16"],
         "integer-mlp": ["PyTorch bf16"], "integer-vgg": ["PyTorch bf16"],
         "mlp": ["PyTorch float32"], "lenet": ["PyTorch float32"],
         "resnet20": ["PyTorch float32", "PyTorch TF32", "PyTorch bf16"], "hash": []}


class CUBLAS:
    """Products of square matrices by the library itself, on memory of the driver."""

    def __init__(self):
        self.driver = ctypes.CDLL("libcuda.so.1")
        self.library = None
        for version in (13, 12, 11):
            try:
                self.library = ctypes.CDLL(f"libcublas.so.{version}")
                break
            except OSError:
                continue
        if self.library is None:
            raise OSError("no libcublas.so")
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self.handle = ctypes.c_void_p()
        self.call(self.driver.cuInit, 0)
        self.call(self.driver.cuDeviceGet, ctypes.byref(device), 0)
        self.call(self.driver.cuDevicePrimaryCtxRetain, ctypes.byref(context), device)
        self.call(self.driver.cuCtxSetCurrent, context)
        self.call(self.library.cublasCreate_v2, ctypes.byref(self.handle))
        # CUBLAS_PEDANTIC_MATH: float32 products stay float32.
        self.call(self.library.cublasSetMathMode, self.handle, 2)

    @staticmethod
    def call(function, *arguments):
        status = function(*arguments)
        if status != 0:
            raise OSError(f"{function.__name__} gives {status}")

    def seconds(self, kind, size):
        bytes_, places = 4 * size * size, []
        for _ in range(3):
            place = ctypes.c_uint64()
            self.call(self.driver.cuMemAlloc_v2, ctypes.byref(place), ctypes.c_size_t(bytes_))
            self.call(self.driver.cuMemsetD8_v2, place, ctypes.c_ubyte(0), ctypes.c_size_t(bytes_))
            places.append(ctypes.c_void_p(place.value))
        a, b, c = places
        if kind == "float32":
            one, zero = ctypes.c_float(1), ctypes.c_float(0)

            def body():
                self.call(self.library.cublasSgemm_v2, self.handle, 0, 0, size, size, size,
                          ctypes.byref(one), a, size, b, size, ctypes.byref(zero), c, size)
        else:
            one, zero = ctypes.c_int32(1), ctypes.c_int32(0)

            def body():
                # CUDA_R_8I = 3, CUDA_R_32I = 10, CUBLAS_COMPUTE_32I = 72; op T, N.
                self.call(self.library.cublasGemmEx, self.handle, 1, 0, size, size, size,
                          ctypes.byref(one), a, 3, size, b, 3, size, ctypes.byref(zero), c, 10,
                          size, 72, -1)
        try:
            return timed(body, lambda: self.call(self.driver.cuCtxSynchronize))
        finally:
            for place in places:
                self.driver.cuMemFree_v2(ctypes.c_uint64(place.value))


def timed(body, wait, budget=1.0):
    """The mean over as many calls as fit the budget, after two that warm up."""
    body()
    wait()
    start = time.perf_counter()
    body()
    wait()
    first = time.perf_counter() - start
    calls = max(1, int(budget / max(first, 1e-6)))
    start = time.perf_counter()
    for _ in range(calls):
        body()
    wait()
    return (time.perf_counter() - start) / calls


class Torch:
    """PyTorch, eager, on the GPU."""

    def __init__(self):
        import torch
        self.torch = torch
        if not torch.cuda.is_available():
            raise OSError("PyTorch has no GPU")
        self.name = torch.__version__.split("+")[0]

    def seconds(self, kind, size, mode):
        torch = self.torch
        torch.backends.cuda.matmul.allow_tf32 = mode == "TF32"
        torch.backends.cudnn.allow_tf32 = mode == "TF32"
        type_ = torch.bfloat16 if mode == "bf16" else torch.float32
        if kind in ("float32", "int8"):
            a, b = (torch.randn(size, size, device="cuda", dtype=type_) for _ in range(2))
            return timed(lambda: torch.mm(a, b), torch.cuda.synchronize)
        return timed(self.step(kind, size, mode == "bf16"), torch.cuda.synchronize, 3.0)

    def step(self, kind, batch, is_half):
        torch = self.torch
        from models import GPT, lenet, mlp, resnet20
        functional, nn = torch.nn.functional, torch.nn
        if kind == "gpt":
            model = GPT(12, 768, 12, 512, 256)
            x, y = (torch.randint(0, 256, (batch, 512), device="cuda") for _ in range(2))
        elif kind in ("mlp", "lenet"):
            model = lenet() if kind == "lenet" else mlp([784, 128, 10])
            x = torch.rand(batch, 1, 28, 28, device="cuda")
            y = torch.randint(0, 10, (batch,), device="cuda")
        else:
            x = torch.rand(batch, 3, 32, 32, device="cuda")
            y = torch.randint(0, 10, (batch,), device="cuda")
            model = {"integer-mlp": lambda: mlp([3072, 4096, 4096, 10]), "resnet20": resnet20,
                     "integer-vgg": lambda: vgg11(nn)}[kind]()
        model = model.cuda()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

        def body():
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cuda", torch.bfloat16, enabled=is_half):
                logits = model(x)
                loss = functional.cross_entropy(
                    logits.reshape(-1, logits.shape[-1]).float(), y.reshape(-1))
            loss.backward()
            optimizer.step()

        return body


def vgg11(nn):
    """Without biases, as the template has it: averages before relus, two hidden layers of 512."""
    layers, channels = [], 3
    for width, pools in [(64, 1), (128, 1), (256, 0), (256, 1), (512, 0), (512, 1), (512, 0),
                         (512, 1)]:
        layers.append(nn.Conv2d(channels, width, 3, padding=1, bias=False))
        if pools:
            layers.append(nn.AvgPool2d(2))
        layers.append(nn.ReLU())
        channels = width
    layers += [nn.Flatten(), nn.Linear(512, 512, bias=False), nn.ReLU(),
               nn.Linear(512, 512, bias=False), nn.ReLU(), nn.Linear(512, 10, bias=False)]
    return nn.Sequential(*layers)


def made(maker):
    """A peer, or why there is none."""
    try:
        return maker(), ""
    except Exception as error:  # a missing library, driver or GPU: all are reasons to say so
        return None, f"{type(error).__name__}: {error}".split("\n")[0][:120]


def peer_figure(row, name, blas, torch):
    """A peer's figure in the row's unit."""
    (peer, reason) = blas if name.startswith("cuBLAS") else torch
    if row["value"] is None:
        return None, "the device was not measured"
    if peer is None:
        return None, reason
    try:
        if name.startswith("cuBLAS"):
            seconds = peer.seconds(row["kind"], row["size"])
        else:
            seconds = peer.seconds(row["kind"], row["size"], name.split(" ")[1])
    except Exception as error:  # an out-of-memory or an unsupported type is a missing figure
        return None, f"{type(error).__name__}: {error}".split("\n")[0][:120]
    if row["unit"] == "ms":
        return seconds * 1e3, ""
    return 2 * row["size"] ** 3 / seconds / 1e12, ""


def line(row):
    figure = "not measured" if row["value"] is None else f"{row['value']:.4g} {row['unit']}"
    text = f"{row['name']:<52} {figure:<16} {row['note']}"
    for peer in row["peers"]:
        if peer["value"] is None:
            text += f"\n    {peer['name']:<48} not measured     {peer['note']}"
            continue
        share = row["value"] / peer["value"]
        if row["unit"] == "ms":
            share = 1 / share
        text += f"\n    {peer['name']:<48} {peer['value']:.4g} {row['unit']}, " \
                f"we have {share:.0%} of its speed"
    return text


def main():
    path, commit = sys.argv[1:3]
    with open(path + ".json", encoding="utf-8") as file:
        figures = json.load(file)
    blas, torch = made(CUBLAS), made(Torch)
    for row in figures["rows"]:
        row["peers"] = []
        for name in KINDS[row["kind"]]:
            value, note = peer_figure(row, name, blas, torch)
            row["peers"].append({"name": name, "value": value, "note": note})
    figures["commit"] = commit
    figures["date"] = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    lines = [f"device   {figures['device']}", f"machine  {figures['machine']}",
             f"commit   {commit}, {figures['date']}", ""]
    for check in figures["checks"]:
        mark = {True: "✓", False: "✗", None: "–"}[check["isRight"]]
        lines.append(f"{mark} {check['name']}" + (f": {check['note']}" if check["note"] else ""))
    lines += [""] + [line(row) for row in figures["rows"]]
    text = "\n".join(lines) + "\n"
    with open(path + ".json", "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1, ensure_ascii=False)
    with open(path + ".txt", "w", encoding="utf-8") as file:
        file.write(text)
    print(text, end="")


main()
