# A processor that nobody else gets.
chrt --fifo 50 true
