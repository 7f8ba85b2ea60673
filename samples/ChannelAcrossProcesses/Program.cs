// Code written for System.Threading.Channels, first with both ends in one process, then with its ends in two. Pipeline.cs does not
// change; three lines here do.
//
//   dotnet run --project samples/ChannelAcrossProcesses
using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using ChannelAcrossProcesses;
using RingShm;

if (args is ["produce", string name])
{
    // The other process's half of "after".
    using SpscRing<Reading> ring = SpscRing<Reading>.Open(name);
    using RingChannelWriter<Reading> writer = ring.AttachChannelWriter();
    await Pipeline.Produce(writer);
    return;
}

(double before, int beforeCount) = await Before();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Before: {beforeCount} readings in one process, mean {before:F6} °C."));
(double after, int afterCount) = await After();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"After: {afterCount} readings across two processes, mean {after:F6} °C."));
Console.WriteLine(before.Equals(after) ? "The same." : throw new InvalidDataException("They differ."));

static async Task<(double Mean, int Count)> Before()
{
    Channel<Reading> channel = Channel.CreateBounded<Reading>(1024);        // 1
    Task producing = Pipeline.Produce(channel.Writer);                      // 2
    (double, int) result = await Pipeline.Consume(channel.Reader);          // 3
    await producing;
    return result;
}

static async Task<(double Mean, int Count)> After()
{
    string name = string.Create(CultureInfo.InvariantCulture, $"channel-{Environment.ProcessId}");
    using SpscRing<Reading> ring = SpscRing<Reading>.Create(name);          // 1
    Task producing = ProduceElsewhere(name);                                // 2, there: Pipeline.Produce(ring.AttachChannelWriter())
    using RingChannelReader<Reading> reader = ring.AttachChannelReader();
    try
    {
        (double, int) result = await Pipeline.Consume(reader);              // 3
        await producing;
        return result;
    }
    finally
    {
        // On Windows names go with their last user.
        if (!OperatingSystem.IsWindows())
            Ring.Remove(name);
    }
}

static async Task ProduceElsewhere(string name)
{
    ProcessStartInfo start = new(Environment.ProcessPath!);
    // As "dotnet ChannelAcrossProcesses.dll" we are dotnet's first argument.
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
    start.ArgumentList.Add("produce");
    start.ArgumentList.Add(name);
    using Process process = Process.Start(start)!;
    await process.WaitForExitAsync();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"The producing process ended with {process.ExitCode}.");
}
