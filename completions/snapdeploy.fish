# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_snapdeploy_global_optspecs
    string join \n config= output= q/quiet v/verbose color= h/help V/version
end

function __fish_snapdeploy_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_snapdeploy_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_snapdeploy_using_subcommand
    set -l cmd (__fish_snapdeploy_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -s V -l version -d 'Print version'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "extract" -d 'Take what is in an environment and keep it as a snapshot'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "show" -d 'List snapshots, what is in one, or one document'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "package" -d 'Make packages, look into them, take them apart and put them together'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "deploy" -d 'Deploy a snapshot or a package to an environment'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "rollback" -d 'Put back what was there before a deployment'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "approve" -d 'Approve a plan that somebody else has saved'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "diff" -d 'Show what differs between two snapshots or packages'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "history" -d 'Show who did what, when, why, and how it ended'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "health" -d 'Ask whether all is well with an environment and with the store'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "store" -d 'Look after the store: whether all of it is as it was written, and what need not be kept any longer'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "init" -d 'Write a configuration to begin with, and set its store up'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "sandbox" -d 'Simulate AWS on this machine'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "generate" -d 'Write what the repository has of completions, man pages and tables'
complete -c snapdeploy -n "__fish_snapdeploy_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand extract" -l name -d 'A name for the snapshot, to call it ENV@NAME' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand extract" -l note -d 'A word on why' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand extract" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand extract" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand extract" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand extract" -l allow-gaps -d 'Keep what can be read, even if something cannot'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand extract" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand extract" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand extract" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand show" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand show" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand show" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand show" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand show" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -f -a "create" -d 'Make a package out of a snapshot'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -f -a "inspect" -d 'Show what is in a package'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -f -a "verify" -d 'Check that a package is whole: every byte is accounted for by a digest'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -f -a "unpack" -d 'Take a package apart into readable files'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -f -a "pack" -d 'Put a package together out of what `unpack` made'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -f -a "sign" -d 'Say of a package that it may be deployed'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -f -a "keygen" -d 'Make a key that signs packages, for teams without KMS'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and not __fish_seen_subcommand_from create inspect verify unpack pack sign keygen help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from create" -l with-dependencies -d 'Also what they refer to, and what that refers to; the words mean the same here' -r -f -a "missing\t'What the target lacks'
all\t'All of it'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from create" -l label -d 'A word on it, such as release=2026-11' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from create" -l out -d 'Also write it into this file' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from create" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from create" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from create" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from inspect" -l env -d 'The environment whose role asks KMS for the keys that have signed it' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from inspect" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from inspect" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from inspect" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from inspect" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from verify" -l env -d 'The environment whose role asks KMS for the keys that have signed it' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from verify" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from verify" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from verify" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from unpack" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from unpack" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from unpack" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from unpack" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from unpack" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from unpack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from pack" -l out -d 'The file to write, instead of keeping the package in the store' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from pack" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from pack" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from pack" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from pack" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from pack" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from pack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from sign" -l key -d 'A KMS key of ECC_NIST_P256 (its ARN, or alias/NAME), or the file of a key that keygen made' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from sign" -l env -d 'The environment whose role signs with a KMS key' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from sign" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from sign" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from sign" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from sign" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from sign" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from sign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from keygen" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from keygen" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from keygen" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from keygen" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from keygen" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from keygen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from help" -f -a "create" -d 'Make a package out of a snapshot'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from help" -f -a "inspect" -d 'Show what is in a package'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Check that a package is whole: every byte is accounted for by a digest'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from help" -f -a "unpack" -d 'Take a package apart into readable files'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from help" -f -a "pack" -d 'Put a package together out of what `unpack` made'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from help" -f -a "sign" -d 'Say of a package that it may be deployed'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from help" -f -a "keygen" -d 'Make a key that signs packages, for teams without KMS'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand package; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l to -d 'Where to' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l artifact -d 'Put what was built elsewhere into what is in the target or in SOURCE. Into a function a ZIP file or a folder: the aliases that had the old code follow, or only ALIAS. Into a service an image, ecs/service/CLUSTER/NAME:CONTAINER=REPO:TAG or =REPO@sha256:...: a tag is looked up now, and its digest is deployed. Into a site a folder: site/bucket/NAME=FOLDER' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l restart -d 'Start a service again as it is: new tasks, the same revision' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l resume -d 'Go on with an interrupted run; without RUN, with the one that is open' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l with-dependencies -d 'Also what they refer to and the target lacks, and what that refers to; =all: also what it has' -r -f -a "missing\t'What the target lacks'
all\t'All of it'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l prune-limit -d 'How much --prune may take away of each kind: 10% of what is there, or 3' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l skip -d 'With --resume: leave out what cannot be written now, as it is found; the run goes on without it, which is recorded' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l on-failure -d 'What to do if it fails; the environment\'s own setting if not given' -r -f -a "rollback\t'Put back what was there before'
stop\t'Stop where it is'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l rename -d 'What the target calls OLD is what the source calls NEW: rename it, do not make another' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l as-new -d 'What is new in the target, though something there looks like it: addresses, or globs of addresses' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l save-plan -d 'Write the plan into this file and stop, to have it approved and performed later with --plan' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l expires -d 'How long the saved plan may be performed, such as 24h, 90m or 3d' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l plan -d 'Perform a plan that was saved, if what it writes and refers to is still as it was; once' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l skip-gate -d 'Do not ask this gate, which decides whether a deployment goes on; recorded' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l reason -d 'Why, for the audit' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l wait-lock -d 'If another run holds the environment, wait for it this long, such as 90s or 10m, instead of ending with 11' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l timeout -d 'Follow what AWS goes on with by itself (a deployment of a service) for this long, such as 30m, then let go of it and end with 8; 75m if nothing is said, and as much again for a rollback' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l accept-loss -d 'A secret that may be overwritten or deleted though nobody could put it back; a plan that needs this says so' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l accept-irreversible -d 'A resource that may be destroyed though no rollback brings it back as it was; a plan that needs this says so; recorded' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l skip-hook -d 'Do not run this hook; of one that an earlier process was running, take it that it ended well; recorded' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l repeat-hook -d 'Run this hook again though nobody knows how it ended' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l confirm -d 'Do not ask: the phrase PROJECT/ENV says that it is meant' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l break-glass -d 'Where the shared ledger cannot be reached: work without it, for this reason, which is recorded. Nobody on another machine is kept out; asks for the phrase, or --confirm; told to the ledger later by `history import`' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l prune -d 'Also take away what the target has and the source does not; archived where that can be'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l include-operational -d 'Also what is changed by the hour, such as whether queues are open, and how many contacts they take'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l overwrite-drift -d 'Overwrite what somebody has changed there since it was left, and what a newer release put there'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l exit-code -d 'With --dry-run: end with 4 if there is something to change'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l all-at-once -d 'Shift all traffic at once, whatever the rollouts say'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l release-hold -d 'Deploy again what a rollback has undone, or although deployments go round in a loop; recorded with --reason'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l outside-window -d 'Deploy outside the environment\'s change windows, or in a freeze; recorded with --reason. A rollback needs no window, and a run that has begun goes on'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l dry-run -d 'Show the plan and stop; nothing is written'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l no-wait -d 'Do not follow what AWS goes on with by itself: end with 8 once it is started'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -l yes -d 'Do not ask; not enough for a protected environment'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand deploy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l run -d 'Which run to undo' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l to -d 'What to go back to, whoever changed it since: a snapshot (NAME, ID, latest, good), a time or a run; of one service also a revision or an image' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l save-plan -d 'Write the plan into this file and stop, to have it approved and performed later with --plan' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l expires -d 'How long the saved plan may be performed, such as 24h, 90m or 3d' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l plan -d 'Perform a plan that was saved, if what it writes and refers to is still as it was; once' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l reason -d 'Why, for the audit' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l wait-lock -d 'If another run holds the environment, wait for it this long, such as 90s or 10m, instead of ending with 11' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l timeout -d 'Follow what AWS goes on with by itself (a deployment of a service) for this long, such as 30m, then let go of it and end with 8; 75m if nothing is said, and as much again for a rollback' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l accept-loss -d 'A secret that may be overwritten or deleted though nobody could put it back; a plan that needs this says so' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l accept-irreversible -d 'A resource that may be destroyed though no rollback brings it back as it was; a plan that needs this says so; recorded' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l skip-hook -d 'Do not run this hook; of one that an earlier process was running, take it that it ended well; recorded' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l repeat-hook -d 'Run this hook again though nobody knows how it ended' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l confirm -d 'Do not ask: the phrase PROJECT/ENV says that it is meant' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l break-glass -d 'Where the shared ledger cannot be reached: work without it, for this reason, which is recorded. Nobody on another machine is kept out; asks for the phrase, or --confirm; told to the ledger later by `history import`' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l take-over -d 'Do not wait long for the owner of an open run that gives no sign of life: take the run over as soon as that owner can send nothing more. With --to: end the open run where it is, and put that back in its place'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l dry-run -d 'Show the plan and stop; nothing is written'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l no-wait -d 'Do not follow what AWS goes on with by itself: end with 8 once it is started'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -l yes -d 'Do not ask; not enough for a protected environment'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand approve" -l reason -d 'Why, for the audit' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand approve" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand approve" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand approve" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand approve" -l yes -d 'Do not ask'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand approve" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand approve" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand approve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand diff" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand diff" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand diff" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand diff" -l exit-code -d 'End with 4 if something differs'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand diff" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand diff" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -l env -d 'Only this environment' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -l address -d 'Only runs that wrote this address, or were about to, with what they did to it; a glob for several' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -l since -d 'Only runs that began since then: a duration such as 7d, or a time such as 2026-11-19 or 2026-11-19T18:00' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -l actor -d 'Only runs that somebody began or went on with whose identity, host or CI job (who began it, its number, its commit) has this text in it' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -l limit -d 'How many runs of each environment, the newest first' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -f -a "show" -d 'Show one run: how it began, each call, and how it ended'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -f -a "watch" -d 'Follow a run of another process until it ends, and end with its code'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -f -a "stats" -d 'Count deployments and rollbacks, and how long they took'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -f -a "export" -d 'Print every audit entry, the oldest first, as JSON lines'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -f -a "verify" -d 'Tell whether anybody has changed the audit'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -f -a "import" -d 'Tell the ledger what was done with --break-glass while it could not be reached'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and not __fish_seen_subcommand_from show watch stats export verify import help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from show" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from show" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from show" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from watch" -l env -d 'The environment whose open run is meant' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from watch" -l timeout -d 'Watch for this long at most, such as 30m; until it ends if not given' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from watch" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from watch" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from watch" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from watch" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from watch" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from stats" -l env -d 'Only this environment' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from stats" -l since -d 'Since when: a duration such as 7d, or a time such as 2026-11-01' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from stats" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from stats" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from stats" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from stats" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from stats" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from stats" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from export" -l env -d 'Only this environment' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from export" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from export" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from export" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from verify" -l env -d 'Only this environment' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from verify" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from verify" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from verify" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from import" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from import" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from import" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one run: how it began, each call, and how it ended'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "watch" -d 'Follow a run of another process until it ends, and end with its code'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "stats" -d 'Count deployments and rollbacks, and how long they took'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "export" -d 'Print every audit entry, the oldest first, as JSON lines'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Tell whether anybody has changed the audit'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "import" -d 'Tell the ledger what was done with --break-glass while it could not be reached'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -l wait -d 'Ask again until all is well, for this long at most, such as 10m' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -l stable-for -d 'All has to be well for this long without a break, such as 2m' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -l gates -d 'Ask the gates too that do more than to look: commands and functions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -l watch -d 'Ask again every 5 seconds and tell what has changed, until Ctrl-C'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand health" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and not __fish_seen_subcommand_from check forget help" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and not __fish_seen_subcommand_from check forget help" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and not __fish_seen_subcommand_from check forget help" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and not __fish_seen_subcommand_from check forget help" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and not __fish_seen_subcommand_from check forget help" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and not __fish_seen_subcommand_from check forget help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and not __fish_seen_subcommand_from check forget help" -f -a "check" -d 'Check that everything in the store is there, and is what its name says'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and not __fish_seen_subcommand_from check forget help" -f -a "forget" -d 'Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and not __fish_seen_subcommand_from check forget help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from check" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from check" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from check" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from check" -l read-data -d 'Also read every blob, and hold its bytes against its name'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l keep-last -d 'Keep the newest N extracts' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l keep-daily -d 'Keep the newest extract of each of the last N days that have one (UTC)' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l keep-weekly -d 'Keep the newest of each of the last N weeks that have one' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l keep-monthly -d 'Keep the newest of each of the last N months that have one' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l keep-yearly -d 'Keep the newest of each of the last N years that have one' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l keep-within -d 'Keep all that are younger, such as 60d' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l keep-note -d 'Keep all whose note has this text in it' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l reason -d 'Why, for the audit' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l confirm -d 'Do not ask: the phrase PROJECT/ENV says that it is meant; once for each protected environment' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l all-environments -d 'Look at those of all environments'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l keep-named -d 'Keep all that have a name'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l dry-run -d 'Show the plan and stop; nothing is written'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -l yes -d 'Do not ask; not enough for a protected environment'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check that everything in the store is there, and is what its name says'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "forget" -d 'Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l project -d 'The project\'s name; the directory\'s if not given' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l env -d 'The environment\'s name' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l account -d 'The account that it is in, twelve digits' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l region -d 'The region' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l instance -d 'The Connect instance: its alias, id or ARN' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l role-arn -d 'The role to assume there' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l read-role-arn -d 'The role to assume where nothing is to be changed' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l external-id -d 'The external id that the roles ask for' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l store -d 'Where things are kept: s3://BUCKET/PREFIX or file://DIRECTORY' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l store-region -d 'The region of the store; the environment\'s if not given' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l policy -d 'Print the least IAM policies for this environment, as JSON, and write nothing; all that snapdeploy.toml says of it counts' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l verb -d 'Only what this verb needs; what all need together if not given' -r -f -a "extract\t''
diff\t''
health\t''
plan\t'`deploy --dry-run` and `--save-plan`'
approve\t''
deploy\t''
rollback\t''
history\t''
store-forget\t'`store forget`, which alone may remove anything from the store: only where it is named'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l of -d 'Only those of this one, so that a policy can be given to `aws iam`' -r -f -a "base\t'Who runs snapdeploy: the store, and the roles to assume'
read\t'The role in which the environment is looked at'
write\t'The role in which it is changed'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l protected -d 'A change of the environment asks for the phrase PROJECT/NAME'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -l yes -d 'Do not ask before the store is made'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand sandbox" -l scenario -d 'What is in the simulated accounts: a directory with a scenario.toml. If not given: this one, examples/acme, or two small accounts, dev (111111111111) and prod (222222222222)' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand sandbox" -l port -d 'The port on 127.0.0.1; a free one if not given' -r
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand sandbox" -l quotas -d 'Whether calls are throttled as AWS does' -r -f -a "aws\t'Connect by AWS\'s default quotas, other services without'
off\t'Not at all'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand sandbox" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand sandbox" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand sandbox" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand sandbox" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand sandbox" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -f -a "completions" -d 'Write the completions of every shell'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -f -a "man" -d 'Write a man page for every verb'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -f -a "coverage" -d 'Write the table of what is covered between its marks in a file'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and not __fish_seen_subcommand_from completions man coverage help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from completions" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from completions" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from completions" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from completions" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from completions" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from man" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from man" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from man" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from man" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from man" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from coverage" -l config -d 'The configuration; the nearest snapdeploy.toml upwards if not given' -r -F
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from coverage" -l output -d 'How the result is printed' -r -f -a "human\t'Sentences and tables'
json\t'One JSON document'
github\t'Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from coverage" -l color -d 'When there is colour' -r -f -a "auto\t'If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise'
always\t'Always'
never\t'Never'"
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from coverage" -s q -l quiet -d 'Say nothing but the result, errors and questions'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from coverage" -s v -l verbose -d 'Log what happens beneath; more with -vv'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from coverage" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from help" -f -a "completions" -d 'Write the completions of every shell'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from help" -f -a "man" -d 'Write a man page for every verb'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from help" -f -a "coverage" -d 'Write the table of what is covered between its marks in a file'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand generate; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "extract" -d 'Take what is in an environment and keep it as a snapshot'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "show" -d 'List snapshots, what is in one, or one document'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "package" -d 'Make packages, look into them, take them apart and put them together'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "deploy" -d 'Deploy a snapshot or a package to an environment'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "rollback" -d 'Put back what was there before a deployment'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "approve" -d 'Approve a plan that somebody else has saved'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "diff" -d 'Show what differs between two snapshots or packages'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "history" -d 'Show who did what, when, why, and how it ended'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "health" -d 'Ask whether all is well with an environment and with the store'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "store" -d 'Look after the store: whether all of it is as it was written, and what need not be kept any longer'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "init" -d 'Write a configuration to begin with, and set its store up'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "sandbox" -d 'Simulate AWS on this machine'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "generate" -d 'Write what the repository has of completions, man pages and tables'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and not __fish_seen_subcommand_from extract show package deploy rollback approve diff history health store init sandbox generate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from package" -f -a "create" -d 'Make a package out of a snapshot'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from package" -f -a "inspect" -d 'Show what is in a package'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from package" -f -a "verify" -d 'Check that a package is whole: every byte is accounted for by a digest'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from package" -f -a "unpack" -d 'Take a package apart into readable files'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from package" -f -a "pack" -d 'Put a package together out of what `unpack` made'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from package" -f -a "sign" -d 'Say of a package that it may be deployed'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from package" -f -a "keygen" -d 'Make a key that signs packages, for teams without KMS'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "show" -d 'Show one run: how it began, each call, and how it ended'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "watch" -d 'Follow a run of another process until it ends, and end with its code'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "stats" -d 'Count deployments and rollbacks, and how long they took'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "export" -d 'Print every audit entry, the oldest first, as JSON lines'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "verify" -d 'Tell whether anybody has changed the audit'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "import" -d 'Tell the ledger what was done with --break-glass while it could not be reached'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "check" -d 'Check that everything in the store is there, and is what its name says'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "forget" -d 'Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from generate" -f -a "completions" -d 'Write the completions of every shell'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from generate" -f -a "man" -d 'Write a man page for every verb'
complete -c snapdeploy -n "__fish_snapdeploy_using_subcommand help; and __fish_seen_subcommand_from generate" -f -a "coverage" -d 'Write the table of what is covered between its marks in a file'
