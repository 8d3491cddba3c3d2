# The user's D-Bus: most desktop services run commands for whoever reaches it.
dbus-send --bus="$BUS" --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames
