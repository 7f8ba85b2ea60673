namespace RingShm.Tests;

/// <summary>A region name that nobody else uses, removed at the end.</summary>
public sealed class TestRegion : IDisposable
{
    public string Name { get; } = $"unit-{Guid.NewGuid():N}";

    public static implicit operator RegionName(TestRegion region) => region.Name;

    public static string NewName() => $"unit-{Guid.NewGuid():N}";

    public void Dispose()
    {
        try
        {
            Ring.Remove(Name);
        }
        catch (RingException)
        {
            // Removed by the test itself, or gone with its last user (Windows).
        }
    }
}
