package import Hummingbird

/// What every request carries, before anybody knows who asks.
package struct EdgeContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Set by the authentication of the routes that need a key.
    package var caller: Caller?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}

/// What a request carries on routes that need an API key: handlers get it only with a caller.
package struct CallerContext: ChildRequestContext {
    package typealias ParentContext = EdgeContext

    package var coreContext: CoreRequestContextStorage
    package let caller: Caller

    package init(context: EdgeContext) throws {
        guard let caller = context.caller else { throw Problem(.unauthenticated) }
        coreContext = context.coreContext
        self.caller = caller
    }
}
