# A window that has another size for every program that runs there next.
stty rows 3 cols 7
