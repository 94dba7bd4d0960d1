-- Lets a request pass if fewer than ARGV[1] have passed in the second before it. Answers how many more may pass after
-- it, or -1 if it may not.
--
-- KEYS[1] is a list of the times at which requests passed, in microseconds of the server's clock, oldest first. It
-- never has more than ARGV[1] of them.

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

-- What somebody else left under the name is worth less than the limit.
if redis.call('TYPE', KEYS[1]).ok ~= 'list' then
  redis.call('DEL', KEYS[1])
end

-- A time far ahead is of a clock that has been set back since: it must not count until the clock is there again.
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and math.abs(now - (tonumber(oldest) or 0)) >= 1000000 do
  redis.call('LPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], 0)
end

local left = ARGV[1] - redis.call('LLEN', KEYS[1])
if left <= 0 then
  return -1
end
redis.call('RPUSH', KEYS[1], now)
-- Longer than the window, because a key expires in whole milliseconds.
redis.call('PEXPIRE', KEYS[1], 1100)
return left - 1
