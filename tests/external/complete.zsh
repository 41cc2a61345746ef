# Presses the tabulator in a zsh of its own, and prints what that zsh shows: complete.zsh SCRIPT LINE
zmodload zsh/zpty zsh/datetime || exit

zpty inner "TERM=dumb COLUMNS=200 LINES=500 zsh -f -i"
zpty -w inner "PS1= PS2= RPS1=; stty -echo; setopt no_beep auto_list no_list_ambiguous; LISTMAX=10000"
zpty -w inner "autoload -U compinit; compinit -u -D; zstyle ':completion:*' menu no; source ${(q)1}"
zpty -w inner "compdef _intercom-harden intercom-harden; bindkey '^I' complete-word; echo be''gin"
while zpty -r inner line && [[ $line != *begin* ]]; do :; done

zpty -w -n inner "$2"$'\t'
# What a shell shows ends where it stays silent for half a second.
silent=$EPOCHREALTIME
while (( EPOCHREALTIME - silent < 0.5 )); do
    if zpty -r -t inner part; then
        print -rn -- "$part"
        silent=$EPOCHREALTIME
    else
        sleep 0.05
    fi
done
zpty -d inner
