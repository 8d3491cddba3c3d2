# The keys in the user's ssh-agent. "No keys" (1) is an answer too; 2 is none.
ssh-add -l
[ $? -ne 2 ]
