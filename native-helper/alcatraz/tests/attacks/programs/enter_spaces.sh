# The name spaces of a process of the host, entered.
nsenter --target "$VICTIM" --mount --pid -- sh -c 'echo hurt >> "$CANARY"'
