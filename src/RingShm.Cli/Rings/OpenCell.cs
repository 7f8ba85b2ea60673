namespace RingShm.Cli;

/// <summary>State cells as <c>set</c> and <c>get</c> open them.</summary>
internal static class OpenCell
{
    public static StateCell Open(RegionName name, RingOptions options) => Try(name, () => StateCell.Open(name, options));

    public static StateCell CreateOrOpen(RegionName name, RingOptions options) => Try(name, () => StateCell.CreateOrOpen(name, options));

    /// <summary>Whoever takes a ring for a cell is told which commands it is for.</summary>
    private static StateCell Try(RegionName name, Func<StateCell> open)
    {
        try
        {
            return open();
        }
        catch (RingMismatchException)
        {
            RingKind kind = Ring.Inspect(name).Kind;
            if (kind == RingKind.State)
                throw;
            throw CommandException.Failed(
                $"'{name}' is {(kind == RingKind.Broadcast ? "a" : "an")} {Words.Of(kind)} ring, which carries messages; 'send' and 'receive' are for it.");
        }
    }
}
