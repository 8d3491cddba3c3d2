# The same where the bus has an abstract name.
dbus-send --bus="$BUS_ABSTRACT" --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames
