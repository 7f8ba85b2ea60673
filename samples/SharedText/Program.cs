// One text, in as many terminals as you like. Type in any of them: all show it at once. Start another: it shows the text as it is.
// Kill one: the others do not notice.
//
//   dotnet run --project samples/SharedText              in several terminals
//   dotnet run --project samples/SharedText -- NAME      another text
//   … NAME --script                                      commands from standard input, events to standard output; see ScriptedView
using RingShm;
using SharedText;

const string DefaultName = "shared-text";

string[] names = [.. args.Where(static argument => argument != "--script")];
if (names.Length > 1 || names.Any(static name => name.StartsWith('-')))
{
    Console.Error.WriteLine("Usage: SharedText [NAME] [--script]");
    return 1;
}

try
{
    using SharedDocument document = new(names.Length > 0 ? names[0] : DefaultName);
    return args.Contains("--script") ? ScriptedView.Run(document) : TerminalView.Run(document);
}
catch (Exception failure) when (failure is RingException or ArgumentException)
{
    Console.Error.WriteLine($"SharedText: {failure.Message}");
    return 2;
}
