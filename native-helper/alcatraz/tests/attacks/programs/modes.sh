# A terminal that shows nothing of what its user types next.
stty -echo -icanon
