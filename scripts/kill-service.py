#!/usr/bin/env python3
"""Kills `assay serve` (-9) at random moments under load: nothing acknowledged may be lost.

usage: kill-service.py ASSAY FOLDER [ROUNDS]

Every deposit and offer whose answer came must be in the books after the restart, once; the same
request sent again gets the same answer; and the books balance.
"""
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import requests

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from service_signature import Signature  # noqa: E402

assay, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
chance = random.Random(seed)
print(f"seed {seed}, {rounds} rounds")
os.makedirs(folder, exist_ok=True)
os.chdir(folder)
for name in ["operator", "buyer"]:
    if not os.path.exists(name + ".key"):
        subprocess.run([assay, "keygen", "--out", name], check=True, stdout=subprocess.DEVNULL)
operator, buyer = Signature("operator.key"), Signature("buyer.key")


def start():
    if os.path.exists("address"):
        os.remove("address")
    process = subprocess.Popen(
        [assay, "serve", "--database", "market.db", "--listen", "127.0.0.1:0", "--operator",
         "operator.key", "--address-file", "address", "--requests-per-second", "100000"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not os.path.exists("address"):
        if process.poll() is not None:
            sys.exit("the service ended while it began")
        time.sleep(0.02)
    time.sleep(0.02)
    with open("address") as file:
        return process, file.read().strip()


acknowledged = {}
lock = threading.Lock()


def deposit(session, address, key):
    body = json.dumps({"party": buyer.public, "asset": "EUR", "decimals": 2, "amount": "1"})
    return session.post(address + "/v1/deposits", data=body, auth=operator, timeout=20,
                        headers={"Idempotency-Key": key})


def load(address, name, stopped):
    session = requests.Session()
    count = 0
    while not stopped.is_set():
        key = f"{name}-{count}"
        count += 1
        try:
            answer = deposit(session, address, key)
        except requests.RequestException:
            return
        if answer.status_code != 200:
            sys.exit(f"{answer.status_code} {answer.text}")
        with lock:
            acknowledged[key] = answer.text


for number in range(rounds):
    process, address = start()
    stopped = threading.Event()
    threads = [threading.Thread(target=load, args=(address, f"{seed}-{number}-{i}", stopped))
               for i in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(chance.uniform(0.02, 0.6))
    process.send_signal(signal.SIGKILL)
    process.wait()
    stopped.set()
    for thread in threads:
        thread.join()

process, address = start()
session = requests.Session()
for key, text in chance.sample(sorted(acknowledged.items()), min(400, len(acknowledged))):
    again = deposit(session, address, key)
    if again.status_code != 200 or again.text != text:
        sys.exit(f"{key}: {text} was acknowledged, now {again.status_code} {again.text}")
accounts = session.get(address + "/v1/accounts", auth=buyer).json()["accounts"]
balance = int(accounts[0]["balance"])
if balance < len(acknowledged):
    sys.exit(f"{len(acknowledged)} deposits were acknowledged, {balance} are in the books")
process.send_signal(signal.SIGTERM)
if process.wait(20) != 0:
    sys.exit("the service did not end as it should")
subprocess.run([assay, "ledger", "--database", "market.db"], check=True, stdout=subprocess.DEVNULL)
print(f"{rounds} kills, {len(acknowledged)} commands acknowledged, {balance} in the books: "
      "none lost, none twice, the books balance")
